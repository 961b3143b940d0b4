"""What tests of figures share: a folder of result files that are made once and only read, the reader, and the figures."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.text import Text


class Workshop:
    """Of one module: `folder` for its files, `figures` and `reader` from the scripts beside the sources."""

    def open(self, source, name):
        """To be called by setUpModule, which the folder outlives by nothing."""
        self.folder, self.source = Path(tempfile.mkdtemp(prefix=f"partnersim_{name}_")), source
        unittest.addModuleCleanup(shutil.rmtree, self.folder)
        sys.path.insert(0, str(source / "scripts"))
        sys.dont_write_bytecode = True
        import partnersim_figures  # pylint: disable=import-outside-toplevel
        import partnersim_results  # pylint: disable=import-outside-toplevel
        self.figures, self.reader = partnersim_figures, partnersim_results
        plt.style.use(self.figures.STYLE)

    def path(self, name):
        return self.folder / f"{name}.h5"

    def plot(self, *words):
        return subprocess.run(["/usr/bin/python3", "-B", str(self.source / "scripts/plot_results.py"), *map(str, words)],
                              capture_output=True, text=True, check=False, timeout=120)


WORKSHOP = Workshop()


def shown_by(figure):
    """[(text as a reader sees it, whether it is read as a formula)] of everything that a figure says."""
    figure.canvas.draw()
    return [text._preprocess_math(text.get_text()) for text in figure.findobj(Text) if text.get_text()]


class Case(unittest.TestCase):
    def setUp(self):
        self.addCleanup(plt.close, "all")

    def open(self, name):
        results = WORKSHOP.reader.Results(WORKSHOP.path(name))
        self.addCleanup(results.close)
        return results
