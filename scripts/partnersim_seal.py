"""The seal of a result file: checksums of every 64 KiB, behind its HDF5 data (layout: sim/output/sealed_file.h).

HDF5 itself does not notice damaged numbers, and damaged texts crash it: so check_seal comes before h5py opens the file.
Without the module xxhash (Debian: python3-xxhash) only files that are cut short are found.
"""

import os
import struct

try:
    import xxhash
except ImportError:  # reading goes without
    xxhash = None

from partnersim_records import ResultError

FOOTER = struct.Struct("<QIIQ8s")  # bytes of data, of a block, format, checksum of checksums and fields, magic
MAGIC = b"PSIMsum\n"
MARK = "checksums"  # the attribute of the root that says a seal belongs to the file


def check_seal(path):
    """Reads the whole file; False when it has no seal, ResultError when some of it is not as it was written."""
    with open(path, "rb") as file:
        end = os.fstat(file.fileno()).st_size - FOOTER.size
        if end < 0:
            return False
        file.seek(end)
        fields = file.read()
        size, block, form, checksum, magic = FOOTER.unpack(fields)
        if magic != MAGIC:
            return False
        blocks = -(-size // block) if block else -1
        if form != 1 or size + 8 * blocks != end:
            raise damaged(path, "its checksums are damaged")
        if xxhash is None:
            return True
        file.seek(size)
        table = file.read(8 * blocks)
        if xxhash.xxh3_64_intdigest(table + fields[:16]) != checksum:
            raise damaged(path, "its checksums are damaged")
        file.seek(0)
        for number, (expected,) in enumerate(struct.iter_unpack("<Q", table)):
            begin = number * block
            data = file.read(min(block, size - begin))
            if xxhash.xxh3_64_intdigest(data) != expected:
                raise damaged(path, f"bytes {begin} to {begin + len(data) - 1} do not match their checksum")
    return True


def damaged(path, reason):
    """What to raise."""
    return ResultError(f"{path}: damaged ({reason}). Run its scenario again, or take a copy that is whole; what another "
                       "program has changed on purpose is read as it is with trust (--trust)")
