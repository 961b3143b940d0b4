#!/usr/bin/python3
"""A result file as other programs meet it: h5py, xarray, h5dump, the reader and the figures in scripts/.

    python3 tests/cli/test_files.py BINARY SOURCE_DIR [unittest's options]
"""

import csv
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import h5py
import numpy as np

BINARY = SOURCE = None  # set at the end of the file

GROUPS = ("points", "inputs", "outcomes", "summary", "worst", "trajectories", "partners", "state", "provenance")
PHONY = b"This is a netCDF dimension but not a netCDF variable."  # netCDF-4's mark of a dimension without coordinates
REPLICATIONS = 3000


def setUpModule():
    """Runs both shipped scenarios once; every test only reads."""
    global FOLDER, SCENARIOS, TABLES, CSV, Results, NotModelled, ResultError
    FOLDER = Path(tempfile.mkdtemp(prefix="partnersim_files_"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER)
    SCENARIOS = ("arithmetic", "twelve_partners")
    TABLES, CSV = {}, {}
    for name in SCENARIOS:
        TABLES[name] = sim("run", SOURCE / f"configs/{name}.toml", "-n", REPLICATIONS, "-o", path(name))
        CSV[name] = list(csv.DictReader(sim("summary", path(name), "--format", "csv").splitlines()))
    sys.path.insert(0, str(SOURCE / "scripts"))
    sys.dont_write_bytecode = True
    from partnersim_results import NotModelled, ResultError, Results  # pylint: disable=import-outside-toplevel


def path(name):
    return FOLDER / f"{name}.h5"


def sim(*words):
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, check=True, timeout=300).stdout


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def datasets(file):
    """(path, dataset) of every dataset."""
    found = []
    file.visititems(lambda name, item: found.append((name, item)) if isinstance(item, h5py.Dataset) else None)
    return found


def is_scale(dataset):
    return h5py.h5ds.is_scale(dataset.id)


def is_phony(dataset):
    return dataset.attrs.get("NAME", b"").startswith(PHONY)


class Case(unittest.TestCase):
    maxDiff = 4000

    def each(self):
        """Each shipped scenario's open file, as a subtest."""
        for name in SCENARIOS:
            with self.subTest(scenario=name), h5py.File(path(name)) as file:
                yield name, file


COPIES = """[scenario]
months = 6
replications = 300
[partner.r]
count = 4
leads = 2
close_rate = { beta = { mean = 0.2, concentration = 25 } }
deal_value = 100
spread_shape = 2
[partner.r_2]
close_rate = 0.3
[partner.r_3]
close_rate = { uniform = { low = 0.1, high = 0.2 } }
[partner.s]
count = 2
shared = true
leads = 1
close_rate = { beta = { mean = 0.2, concentration = 25 } }
deal_value = 100
"""


def to_old_layout(file):
    """Gives every copy a variable of its own in /inputs, as files had it before copies shared one, and no checksums."""
    inputs = file["inputs"]
    del file.attrs["checksums"]
    for name in [name for name, item in inputs.items() if not is_scale(item) and item.ndim == 3]:
        data, table = inputs[name], inputs[name].dims[1][0].name.rsplit("/", 1)[1]
        for place, copy in enumerate(text(v) for v in inputs[table][()]):
            if np.isnan(data[:, place]).all():
                continue
            own = inputs.create_dataset("partner." + copy + name[len(table):], data=data[:, place])
            own.attrs.update({key: data.attrs[key] for key in ("units", "long_name", "definition")})
            for axis, dimension in enumerate(("point", "replication")):
                own.dims[axis].attach_scale(inputs[dimension])
        for axis in range(3):
            data.dims[axis].detach_scale(data.dims[axis][0])
        del inputs[name]
    for table in [name for name, item in inputs.items() if name.startswith("partner.") and is_scale(item)]:
        del inputs[table]


class Copies(Case):
    """What the copies of one table draw."""

    @classmethod
    def setUpClass(cls):
        (FOLDER / "copies.toml").write_text(COPIES, encoding="utf-8")
        sim("run", FOLDER / "copies.toml", "-o", path("copies"))

    def test_is_one_variable_with_a_dimension_of_copies(self):
        with h5py.File(path("copies")) as file:
            inputs = file["inputs"]
            self.assertEqual([text(v) for v in inputs["partner.r"]], ["r_1", "r_2", "r_3", "r_4"])
            names = {name for name, item in inputs.items() if not is_scale(item)}
            self.assertEqual(names, {"partner.r.close_rate", "partner.r.spread", "partner.s.close_rate"})
            self.assertEqual(inputs["partner.r.close_rate"].shape, (1, 4, 300))
            self.assertEqual(inputs["partner.s.close_rate"].shape, (1, 300))
            missing = [bool(np.isnan(row).all()) for row in inputs["partner.r.close_rate"][0]]
            self.assertEqual(missing, [False, True, False, False])
            self.assertTrue(np.isfinite(inputs["partner.r.spread"][()]).all())
            uniform = inputs["partner.r.close_rate"][0, 2]
            self.assertTrue(.1 < uniform.min() < uniform.max() < .2)

    def test_is_read_copy_by_copy_in_the_order_of_columns(self):
        with Results(path("copies")) as results, h5py.File(path("copies")) as file:
            columns = [text(v) for v in file["provenance/column"]]
            self.assertEqual(results.inputs, [name for name in columns if name.startswith("partner.")])
            self.assertIn("partner.r_3.close_rate", results.inputs)
            self.assertNotIn("partner.r_2.close_rate", results.inputs)
            np.testing.assert_array_equal(results.input("partner.r_3.close_rate"),
                                          file["inputs/partner.r.close_rate"][0, 2])
            self.assertEqual(results.input_unit("partner.r_3.close_rate"), "1")
            self.assertEqual(results.input("partner.s.close_rate").shape, (300,))
            with self.assertRaises(NotModelled) as caught:
                results.input("partner.r_9.close_rate")
            self.assertIn("did you mean", str(caught.exception))

    def test_opens_in_xarray_with_the_copies_as_labels(self):
        try:
            import xarray  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("xarray is not installed")
        with xarray.open_dataset(path("copies"), group="inputs", engine="h5netcdf") as inputs, \
                Results(path("copies")) as results:
            drawn = inputs["partner.r.close_rate"].sel({"partner.r": "r_4"}, drop=True).isel(point=0)
            np.testing.assert_array_equal(drawn.values, results.input("partner.r_4.close_rate"))

    def test_is_the_same_in_files_of_the_old_layout_and_they_can_be_extended(self):
        shutil.copy(path("copies"), path("old"))
        with h5py.File(path("old"), "a") as file:
            to_old_layout(file)
            self.assertEqual(file["inputs/partner.r_3.close_rate"].shape, (1, 300))
        with Results(path("copies")) as new, Results(path("old")) as old:
            self.assertEqual(new.inputs, old.inputs)
            for name in new.inputs:
                np.testing.assert_array_equal(new.input(name), old.input(name))
        for name in ("copies", "old"):
            sim("extend", path(name), "-n", 100, "-o", path(name + "_more"))
        self.assertEqual(path("copies_more").read_bytes(), path("old_more").read_bytes())
        self.assertIn("revenue", sim("compare", path("copies"), path("old")))

    def test_that_one_variant_draws_once_for_all_keeps_both(self):
        (FOLDER / "both.toml").write_text(COPIES + '[variant.alone]\nset = { "partner.s.shared" = false }\n',
                                          encoding="utf-8")
        sim("run", FOLDER / "both.toml", "-o", path("both"))
        with Results(path("both")) as results:
            self.assertTrue({"partner.s.close_rate", "partner.s_1.close_rate"} <= set(results.inputs))
            self.assertTrue(np.isfinite(results.input("partner.s.close_rate", 0)).all())
            self.assertTrue(np.isnan(results.input("partner.s_1.close_rate", 0)).all())
            self.assertTrue(np.isfinite(results.input("partner.s_1.close_rate", 1)).all())


class H5py(Case):
    def test_finds_every_group_and_nothing_else(self):
        for name, file in self.each():
            # Nothing is uncertain in the arithmetic: its /inputs has no variable.
            self.assertLessEqual(set(GROUPS) - {"inputs"}, set(file), name)
            self.assertLessEqual(set(file), set(GROUPS))

    def test_finds_a_scale_attached_to_every_dimension_and_in_the_same_group(self):
        for _, file in self.each():
            for name, dataset in datasets(file):
                if is_scale(dataset):
                    continue
                for axis, dimension in enumerate(dataset.dims):
                    self.assertEqual(len(dimension), 1, f"{name}, axis {axis}")
                    self.assertEqual(dimension[0].parent, dataset.parent, f"{name}, axis {axis}")
                    self.assertEqual(dimension[0].shape, (dataset.shape[axis],), f"{name}, axis {axis}")

    def test_finds_a_long_name_on_every_variable(self):
        for _, file in self.each():
            for name, dataset in datasets(file):
                if not is_phony(dataset):
                    self.assertTrue(text(dataset.attrs.get("long_name", "")), name)

    def test_finds_units_on_every_number(self):
        """Except flags, whose meanings are named, and /summary and /worst, whose statistics mix units: their `unit` has them."""
        for _, file in self.each():
            for name, dataset in datasets(file):
                if dataset.dtype.kind not in "iuf" or is_phony(dataset) or "flag_meanings" in dataset.attrs:
                    continue
                dimensions = [d[0].name.rsplit("/", 1)[1] for d in dataset.dims if len(d)]
                if "outcome" in dimensions:
                    self.assertEqual(len(file["summary/unit"]), dataset.shape[dimensions.index("outcome")], name)
                elif "variable" in dimensions:
                    self.assertEqual(len(file["worst/unit"]), dataset.shape[dimensions.index("variable")], name)
                else:
                    self.assertTrue(text(dataset.attrs.get("units", "")), name)

    def test_finds_a_definition_on_every_outcome_series_and_statistic(self):
        for _, file in self.each():
            for group in ("outcomes", "inputs", "summary", "trajectories", "partners"):
                for name, dataset in file.get(group, {}).items():
                    if not is_scale(dataset) and dataset.dtype.kind in "iuf":
                        self.assertTrue(text(dataset.attrs.get("definition", "")), f"{group}/{name}")

    def test_never_meets_units_that_xarray_would_take_for_a_time(self):
        for _, file in self.each():
            for name, dataset in datasets(file):
                unit = text(dataset.attrs.get("units", ""))
                self.assertNotRegex(unit, r"^(days|hours|minutes|seconds)$| since ", name)

    def test_finds_float32_columns_without_gaps(self):
        for _, file in self.each():
            count = int(file["points/replications"][0])
            self.assertEqual(count, REPLICATIONS)
            for group in ("outcomes", "inputs"):
                for name, dataset in file.get(group, {}).items():
                    if is_scale(dataset):
                        continue
                    self.assertEqual(dataset.dtype, np.float32, name)
                    by_replication = dataset.shape[:1] + dataset.shape[2:] if group == "inputs" else dataset.shape[:2]
                    self.assertEqual(by_replication, (1, count), name)
                    self.assertTrue(np.isfinite(dataset[()]).all(), name)

    def test_finds_no_compound_types_and_no_time_stamps(self):
        for _, file in self.each():
            for name, dataset in datasets(file):
                self.assertIsNone(dataset.dtype.names, name)
                self.assertFalse(dataset.id.get_create_plist().get_obj_track_times(), name)

    def test_finds_the_scenario_as_it_was_read_and_no_trace_of_this_machine(self):
        for name, file in self.each():
            scenario = (SOURCE / f"configs/{name}.toml").read_text(encoding="utf-8")
            self.assertEqual(text(file["provenance/scenario_text"][()]), scenario)
            self.assertEqual(text(file.attrs["title"]), scenario.splitlines()[0].lstrip("# "))
            contents = path(name).read_bytes()
            for trace in (os.uname().nodename, str(FOLDER), str(SOURCE)):
                if len(trace) > 4:
                    self.assertNotIn(trace.encode(), contents)

    def test_finds_the_hash_that_the_run_printed(self):
        for name, file in self.each():
            stored = text(file["provenance/outcomes_hash"][()])
            self.assertRegex(stored, r"^[0-9a-f]{32}$")
            self.assertIn(f"hash of outcomes {stored}\n", TABLES[name])
            self.assertEqual(json.loads(Path(f"{path(name)}.log.json").read_text(encoding="utf-8"))["outcomes_hash"],
                             stored)

    def test_finds_one_hash_for_each_column(self):
        for _, file in self.each():
            names = [text(v) for v in file["provenance/column"][()]]
            hashes = [text(v) for v in file["provenance/column_hash"][()]]
            self.assertEqual(len(names), len(hashes))
            self.assertEqual(len(names), len(set(names)))
            self.assertTrue({text(v) for v in file["summary/outcome"][()]} <= set(names), names)
            copies = {f"partner.{text(copy)}.close_rate" for copy in file["inputs"].get("partner.referrer", [])}
            self.assertTrue(copies <= set(names), names)

    def test_computes_from_the_columns_what_the_summary_says(self):
        for _, file in self.each():
            levels = file["summary/quantile"][()]
            for k, name in enumerate(text(v) for v in file["summary/outcome"][()]):
                match = re.fullmatch(r"(.+)\[(\d+)\]", name)
                values = file["outcomes"][match[1] if match else name][0]
                values = (values[:, int(match[2]) - 1] if match else values).astype(float)
                ordered, n = np.sort(values), len(values)
                summary = {key: file["summary"][key][0, k]
                           for key in ("mean", "sd", "standard_error", "minimum", "maximum")}
                np.testing.assert_allclose(summary["mean"], values.mean(), rtol=1e-12, err_msg=name)
                np.testing.assert_allclose(summary["sd"], values.std(ddof=1), rtol=1e-9, atol=1e-12, err_msg=name)
                np.testing.assert_allclose(summary["standard_error"], values.std(ddof=1) / n**0.5, rtol=1e-9,
                                           atol=1e-12, err_msg=name)
                self.assertEqual((summary["minimum"], summary["maximum"]), (ordered[0], ordered[-1]), name)
                at = [int(np.ceil(round(n * p, 9))) - 1 for p in levels]
                np.testing.assert_array_equal(file["summary/quantile_value"][0, k], ordered[at], name)
                low, high = (file[f"summary/quantile_{end}"][0, k] for end in ("low", "high"))
                self.assertTrue((low <= ordered[at]).all() and (ordered[at] <= high).all(), name)
                worst = text(file["summary/worst"][k])
                self.assertEqual(worst, "highest" if name in ("partners_lost", "partners_lost_to_shocks", "max_drawdown", "months_in_recession") else "lowest", name)
                tail = ordered[-(n // 20):] if worst == "highest" else ordered[:n // 20]
                np.testing.assert_allclose(file["summary/cvar05"][0, k], tail.mean(), rtol=1e-9, err_msg=name)
                mean, p05, p95 = file["summary/mean"][0, k], *file["summary/quantile_value"][0, k, [1, 7]]
                self.assertEqual(file["summary/value_at_risk"][0, k], p95 - mean if worst == "highest" else mean - p05, name)

    def test_computes_from_the_columns_what_the_csv_says(self):
        for name, file in self.each():
            names = [text(v) for v in file["summary/outcome"][()]]
            levels = {f"p{100 * p:02.0f}": q for q, p in enumerate(file["summary/quantile"][()])}
            for row in CSV[name]:
                k, statistic = names.index(row["outcome"]), row["statistic"]
                stored = file["summary/quantile_value"][0, k, levels[statistic]] if statistic in levels \
                    else file[f"summary/{statistic}"][0, k]
                self.assertEqual(float(row["value"]), stored, row)
                if statistic in levels:
                    self.assertEqual(float(row["standard_error"]), file["summary/quantile_standard_error"][0, k, levels[statistic]], row)

    def test_finds_monthly_means_that_add_up_to_the_outcomes(self):
        for _, file in self.each():
            for name in ("revenue", "wins"):
                total = float(file[f"trajectories/{name}_mean"][0].sum())
                np.testing.assert_allclose(total, file[f"outcomes/{name}"][0].astype(float).mean(), rtol=1e-5)
            names = [text(v) for v in file["summary/outcome"][()]]
            expected = file["summary/expected"][0, names.index("revenue")]
            np.testing.assert_allclose(file["trajectories/revenue_expected"][0].sum(), expected, rtol=1e-9)
            np.testing.assert_allclose(file["partners/revenue_expected"][0].sum(), expected, rtol=1e-9)
            np.testing.assert_allclose(file["partners/revenue"][0].sum(),
                                       file["summary/mean"][0, names.index("revenue")], rtol=1e-5)
            end = file["trajectories/active_partners_mean"][0, -1]
            np.testing.assert_allclose(end, file["outcomes/active_partners_end"][0].mean(), rtol=1e-6)
            np.testing.assert_allclose(end, file["partners/survival"][0, :, -1].sum(), rtol=1e-9)

    def test_finds_every_replication_in_a_bin_of_every_month(self):
        for _, file in self.each():
            for name in ("revenue", "wins", "active_partners"):
                counts = file[f"trajectories/{name}_counts"][0]
                self.assertTrue((counts.sum(axis=1) == REPLICATIONS).all(), name)
                centres = file[f"trajectories/{name}_bin"][()]
                self.assertTrue((np.diff(centres) >= 0).all(), name)
                mean = (counts * centres).sum(axis=1) / REPLICATIONS
                np.testing.assert_allclose(mean, file[f"trajectories/{name}_mean"][0], rtol=0.005, err_msg=name)


    def test_finds_monthly_quantiles_as_exact_as_their_definition_says(self):
        """In a future of one month the month is the outcome, whose quantiles are exact."""
        scenario, result = FOLDER / "month.toml", FOLDER / "month.h5"
        for leads in (40, 1500, 3000, 20_000):
            scenario.write_text("[scenario]\nmonths = 1\n[partner.a]\nclose_rate = 0.25\n"
                                f"deal_value = {{ lognormal = {{ mean = 100, cv = 1 }} }}\nleads = {leads}\n",
                                encoding="utf-8")
            sim("run", scenario, "-n", REPLICATIONS, "-o", result, "--force")
            with h5py.File(result) as file:
                names = [text(v) for v in file["summary/outcome"][()]]
                for name in ("revenue", "wins"):
                    with self.subTest(leads=leads, name=name):
                        stored = file[f"trajectories/{name}_quantile"]
                        percent = re.search(r"error at most ([\d.]+) %", text(stored.attrs["definition"]))[1]
                        np.testing.assert_allclose(stored[0, 0], file["summary/quantile_value"][0, names.index(name)],
                                                   rtol=float(percent) / 100)


class Xarray(Case):
    def test_opens_every_group_as_it_is_with_either_engine(self):
        try:
            import netCDF4  # pylint: disable=import-outside-toplevel,unused-import
            import xarray  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("xarray or netCDF4 is not installed")
        for engine in ("h5netcdf", "netcdf4"):
            for name, file in self.each():
                for group in file:
                    with self.subTest(engine=engine, group=group):
                        self.check_group(xarray, engine, name, file[group])

    def check_group(self, xarray, engine, name, group):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            with xarray.open_dataset(path(name), group=group.name, engine=engine) as dataset:
                dataset.load()
                variables = {v for v, item in group.items() if not is_scale(item)}
                self.assertEqual(set(dataset.data_vars), variables)
                for variable in variables:
                    # What xarray takes for missing values, times or flags would show here.
                    stored, read = group[variable], dataset[variable]
                    self.assertEqual(read.shape, stored.shape, variable)
                    self.assertEqual(read.attrs.get("long_name"), text(stored.attrs["long_name"]), variable)
                    if stored.dtype.kind in "iuf":
                        np.testing.assert_array_equal(read.values, stored[()], variable)
                    else:
                        self.assertEqual(np.ravel(read.values).tolist(), [text(v) for v in np.ravel(stored[()])])

    def test_selects_by_name(self):
        try:
            import xarray  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("xarray is not installed")
        for name, file in self.each():
            names = [text(v) for v in file["summary/outcome"][()]]
            with xarray.open_dataset(path(name), group="summary", engine="h5netcdf") as summary:
                p05 = float(summary["quantile_value"].sel(outcome="revenue", quantile=0.05).isel(point=0))
                self.assertEqual(p05, file["summary/quantile_value"][0, names.index("revenue"), 1])
            with xarray.open_dataset(path(name), group="outcomes", engine="h5netcdf") as outcomes:
                self.assertEqual(outcomes["revenue"].dims, ("point", "replication"))
                self.assertEqual(outcomes["revenue_by_year"].dims, ("point", "replication", "year"))
            with xarray.open_dataset(path(name), group="trajectories", engine="h5netcdf") as monthly:
                self.assertEqual(monthly["revenue_quantile"].dims, ("point", "month", "quantile"))
                self.assertEqual(float(monthly["revenue_mean"].sel(month=12)[0]),
                                 file["trajectories/revenue_mean"][0, 11])


class Ncdump(Case):
    @unittest.skipUnless(shutil.which("ncdump"), "ncdump is not installed")
    def test_shows_everything_to_the_last_text(self):
        for name, _ in self.each():
            done = subprocess.run(["ncdump", path(name)], capture_output=True, text=True, check=True, timeout=60)
            self.assertRegex(done.stdout, r'string :currency = "(EUR|USD)" ;')
            self.assertRegex(done.stdout, r'column = "[a-z_]+", ')
            self.assertRegex(done.stdout, r'column_hash = "[0-9a-f]{32}", ')
            self.assertTrue(done.stdout.endswith("} // group provenance\n}\n"))


class H5dump(Case):
    def test_reads_every_object(self):
        if not shutil.which("h5dump"):
            self.skipTest("h5dump is not installed")
        for name, _ in self.each():
            for words, expected in ((("-A",), 'ATTRIBUTE "units"'),
                                    (("-d", "/summary/mean"), 'DATASET "/summary/mean"')):
                done = subprocess.run(["h5dump", *words, path(name)], capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(expected, done.stdout)


class TheReader(Case):
    """scripts/partnersim_results.py"""

    def each_result(self):
        for name in SCENARIOS:
            with self.subTest(scenario=name), Results(path(name)) as results:
                yield name, results

    def test_tells_what_the_file_is_about(self):
        with Results(path("twelve_partners")) as results:
            self.assertEqual(results.question,
                             "Twelve referral partners through a recession: how bad can five years get?")
            self.assertEqual((results.currency, results.start, results.months), ("EUR", (2026, 9), 60))
            self.assertEqual(results.month_label(1), "Sep 2026")
            self.assertEqual(results.month_label(60), "Aug 2031")
        with Results(path("arithmetic")) as results:
            self.assertEqual((results.currency, results.start, results.months), ("USD", None, 12))
            self.assertEqual(results.month_label(3), "3")
            self.assertEqual(results.points, ["base"])
            self.assertEqual(list(results.replications), [REPLICATIONS])
            self.assertEqual(results.provenance("seed_text"), "1")
            self.assertRegex(results.provenance("version"), r"^\d+\.\d+\.\d+$")

    def test_gives_every_column(self):
        for name, results in self.each_result():
            self.assertIn("revenue", results.outcomes)
            for outcome in results.outcomes:
                column = results.outcome(outcome)
                self.assertEqual(column.shape[0], REPLICATIONS)
                unit = results.currency if "revenue" in outcome else "months" if "months" in outcome else "1"
                self.assertEqual(results.unit(outcome), unit)
                self.assertTrue(results.long_name(outcome))
            np.testing.assert_array_equal(results.outcome("revenue_by_year[1]"),
                                          results.outcome("revenue_by_year")[:, 0])
            np.testing.assert_array_equal(results.outcome("revenue", "base"), results.outcome("revenue", 0))
            self.assertEqual(len(results.inputs), 12 if name == "twelve_partners" else 0)
            for drawn in results.inputs:
                values = results.input(drawn)
                self.assertTrue(values.shape == (REPLICATIONS,) and (values > 0).all() and (values < 1).all())

    def test_gives_the_summary_that_the_csv_holds(self):
        for name, results in self.each_result():
            rows = {(row.point, row.outcome, row.statistic): row for row in results.summary()}
            self.assertEqual(set(rows), {(row["point"], row["outcome"], row["statistic"]) for row in CSV[name]})
            for row in CSV[name]:
                held = rows[row["point"], row["outcome"], row["statistic"]]
                self.assertEqual(held.value, float(row["value"]))
                if row["standard_error"] and not np.isnan(held.standard_error):
                    self.assertEqual(held.standard_error, float(row["standard_error"]))
            self.assertEqual({row.outcome for row in results.summary(["wins"], point=0)}, {"wins"})
            self.assertEqual(results.statistic("revenue", "p05"), rows["base", "revenue", "p05"].value)
            self.assertTrue(np.isnan(results.statistic("revenue", "p33")))
            self.assertEqual((results.worst("revenue"), results.worst("partners_lost")), ("lowest", "highest"))

    def test_gives_every_month_with_bands_and_the_spreadsheets_figure(self):
        for _, results in self.each_result():
            self.assertEqual(set(results.trajectories), {"revenue", "wins", "active_partners"})
            for name in results.trajectories:
                data = results.trajectory(name)
                months = results.months
                self.assertEqual(len(data.labels), months)
                for values in (data.months, data.mean, data.standard_error, data.expected, data.band(0.05)):
                    self.assertEqual(values.shape, (months,))
                    self.assertTrue(np.isfinite(values).all())
                self.assertTrue((np.diff(data.quantiles, axis=1) >= 0).all())
                self.assertEqual(data.counts.shape, (months, len(data.bins)))
                self.assertEqual(data.unit, results.currency if name == "revenue" else "1")
                self.assertTrue(results.trajectory_long_name(name))
        with Results(path("arithmetic")) as results:
            np.testing.assert_allclose(results.trajectory("revenue").expected, 20_000, rtol=1e-12)

    def test_gives_every_partner_with_the_spreadsheets_figure(self):
        with Results(path("twelve_partners")) as results:
            partners = results.partners
            self.assertEqual(partners.ids, [f"referrer_{k}" for k in range(1, 13)])
            self.assertEqual(len(partners.labels), 12)
            self.assertEqual(partners.survival.shape, (1, 12, 60))
            self.assertTrue((np.diff(partners.survival, axis=2) <= 0).all())
            for values in (partners.revenue, partners.revenue_standard_error, partners.revenue_expected):
                self.assertEqual(values.shape, (1, 12))
            np.testing.assert_allclose(partners.revenue, partners.revenue_expected, rtol=0.15)

    def test_finds_no_loss_without_partners_it_was_not_asked_for(self):
        # Word of mouth feeds back, so that each partner asked for takes a simulation of its own.
        sim("run", SOURCE / "configs/arithmetic.toml", "-n", 200, "-o", path("without"), "--set", "partner.referrer.count=3",
            "--set", "output.without=referrer_2", "--set", "firm.direct.leads=1", "--set", "firm.direct.close_rate=0.4",
            "--set", "firm.direct.deal_value=1000", "--set", "firm.direct.word_of_mouth=0.2")
        with h5py.File(path("without")) as file:
            for name in ("loss_without", "loss_without_standard_error"):
                self.assertEqual(list(np.isnan(file[f"partners/{name}"][0])), [True, False, True], name)
            self.assertGreater(file["partners/loss_without"][0][1], 0)

    def test_opens_any_group_in_xarray(self):
        try:
            import xarray  # pylint: disable=import-outside-toplevel,unused-import
        except ImportError:
            self.skipTest("xarray is not installed")
        for name, results in self.each_result():
            for group in GROUPS if name == "twelve_partners" else set(GROUPS) - {"inputs"}:
                self.assertTrue(results.to_xarray(group).data_vars)

    def test_helps_when_something_is_not_there(self):
        with Results(path("arithmetic")) as results:
            for call, hint in ((lambda: results.outcome("revenu"), "did you mean revenue"),
                               (lambda: results.outcome("revenue_by_year[9]"), "years 1 to 1"),
                               (lambda: results.input("x"), "input"),
                               (lambda: results.trajectory("win"), "did you mean wins"),
                               (lambda: results.summary(["profit"]), "profit"),
                               (lambda: results.to_xarray("x"), "group")):
                with self.assertRaises(NotModelled) as caught:
                    call()
                self.assertIn(hint, str(caught.exception))
            with self.assertRaises(ResultError):
                results.outcome("revenue", 1)
            with self.assertRaises(ResultError):
                results.trajectory("revenue").band(0.33)
        with self.assertRaises(ResultError):
            Results(FOLDER / "missing.h5")
        (FOLDER / "text.h5").write_text("no", encoding="utf-8")
        with self.assertRaises(ResultError):
            Results(FOLDER / "text.h5")
        contents = bytearray(path("arithmetic").read_bytes())
        (FOLDER / "cut.h5").write_bytes(contents[:-1])
        with self.assertRaisesRegex(ResultError, "its checksums are gone"):
            Results(FOLDER / "cut.h5")
        Results(FOLDER / "cut.h5", trust=True).close()
        contents[len(contents) // 2] ^= 1
        (FOLDER / "damaged.h5").write_bytes(contents)
        with self.assertRaisesRegex(ResultError, r"damaged \(bytes \d+ to \d+ do not match their checksum\)"):
            Results(FOLDER / "damaged.h5")
        with h5py.File(FOLDER / "foreign.h5", "w") as file:
            file["x"] = 1
        with self.assertRaises(ResultError):
            Results(FOLDER / "foreign.h5")

    def test_copes_with_means_only_and_with_nothing_but_outcomes(self):
        few = FOLDER / "few.h5"
        sim("run", SOURCE / "configs/twelve_partners.toml", "-n", 200, "-o", few, "--force",
            "--set", "output.trajectories=means", "--set", 'output.series=["wins"]')
        with Results(few) as results:
            data = results.trajectory("wins")
            self.assertEqual((data.levels.size, data.bins.size, data.counts.shape), (0, 0, (60, 0)))
            with self.assertRaises(ResultError):
                data.band(0.5)
            with self.assertRaises(NotModelled):
                results.trajectory("revenue")
        sim("run", SOURCE / "configs/twelve_partners.toml", "-n", 200, "-o", few, "--force",
            "--set", "output.trajectories=none", "--set", "output.partners=false")
        with Results(few) as results:
            self.assertEqual(results.trajectories, [])
            self.assertEqual(results.months, 60)
            with self.assertRaises(ResultError):
                _ = results.partners


class TheFigures(Case):
    """scripts/plot_results.py"""

    def draw(self, *words):
        return subprocess.run(["/usr/bin/python3", str(SOURCE / "scripts/plot_results.py"), *map(str, words)],
                              capture_output=True, text=True, check=False, timeout=120)

    def test_come_as_png_and_svg_for_each_main_outcome(self):
        for name in SCENARIOS:
            for outcome in ("revenue", "wins", "active_partners_end"):
                for form in ("png", "svg"):
                    with self.subTest(scenario=name, outcome=outcome, form=form):
                        done = self.draw(path(name), "--figure", "overview", "--outcome", outcome, "--format", form,
                                         "-o", FOLDER / "figures")
                        self.assertEqual((done.returncode, done.stderr), (0, ""))
                        figure = FOLDER / "figures" / f"{name}_{outcome}_overview.{form}"
                        self.assertEqual(done.stdout, f"{figure}\n")
                        self.check_figure(figure.read_bytes(), form, name)

    def check_figure(self, contents, form, name):
        if form == "png":
            self.assertEqual(contents[:8], b"\x89PNG\r\n\x1a\n")
            width, height = struct.unpack(">II", contents[16:24])
            self.assertGreater(width, 1200)
            self.assertGreater(height, 600)
            self.assertGreater(len(contents), 20_000)
        else:
            self.assertIn(b"</svg>", contents[-20:])
            self.assertGreater(len(contents), 20_000)
            with h5py.File(path(name)) as file:
                self.assertIn(text(file.attrs["title"]).encode(), contents, "matplotlib notes texts as comments")

    def test_say_in_words_what_they_show(self):
        done = self.draw(path("twelve_partners"), "--figure", "overview", "--format", "svg", "-o", FOLDER / "words")
        contents = Path(done.stdout.strip()).read_text(encoding="utf-8")
        for words in ("Revenue month by month", "Revenue: how it spreads", "EUR a month", "EUR over 60 months",
                      "share of replications", "P5–P95", "P25–P75", "median", "mean", "spreadsheet", "worst 5 %",
                      "P50", "Sep 2026", f"{REPLICATIONS:,} replications"):
            self.assertIn(words, contents)

    def test_are_the_same_each_time(self):
        first, second = (self.draw(path("arithmetic"), "--format", "svg", "-o", FOLDER / folder).stdout.splitlines()
                         for folder in ("once", "twice"))
        self.assertEqual(len(first), len(second))
        for one, other in zip(first, second):
            self.assertEqual(Path(one).read_bytes(), Path(other).read_bytes(), one)

    def test_of_what_is_not_there_are_refused_with_advice(self):
        for words, expected in ((("--outcome", "revenu"), "did you mean revenue"), (("--point", "7"), "points 0 to 0")):
            done = self.draw(path("arithmetic"), *words)
            self.assertEqual((done.returncode, done.stdout), (5, ""))
            self.assertIn(expected, done.stderr)
        done = self.draw(FOLDER / "missing.h5")
        self.assertEqual(done.returncode, 5)
        self.assertIn("no such file", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} BINARY SOURCE_DIR [unittest's options]")
    BINARY, SOURCE = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
