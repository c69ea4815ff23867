#!/usr/bin/env node
// Rebuilds knowledge/balance/*.json, the norms and the measurement noise of quiet standing, from the
// published tables in $ENGRAM_DATA/balance/norms:
//   node tools/norms.mjs            prints what would change
//   node tools/norms.mjs --write    writes the files
//   node tools/norms.mjs --judge    the table of repeats judged by the MDC95 (docs/clinical/norms.md)
// The test tests/suites/knowledge-balance.mjs holds the files against a fresh computation.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

/* ---- tables and statistics ---------------------------------------------------------------------------- */

/** Rows of a plain CSV file (no quoted cells) as objects. */
export function readCsv(file) {
  const [head, ...lines] = fs.readFileSync(file, "utf8").trim().split(/\r?\n/).map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ""])));
}

export const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
export const deviation = (list) => {
  const m = mean(list);
  return Math.sqrt(list.reduce((sum, x) => sum + (x - m) ** 2, 0) / (list.length - 1));
};
/** Percentile with linear interpolation between order statistics (definition 7 of Hyndman and Fan 1996). */
export function percentile(list, p) {
  const sorted = [...list].sort((a, b) => a - b), at = (sorted.length - 1) * p / 100, i = Math.floor(at);
  return i + 1 < sorted.length ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

/** Two-way random effects, absolute agreement (Shrout and Fleiss 1979): rows = people, columns = trials.
 *  The SEM goes with ICC(2,1): error and trial-to-trial shift, sqrt(MSE + (MSC - MSE) / n); MDC95 = 1.96 sqrt(2) SEM,
 *  for one trial against one. */
export function reliability(rows) {
  const n = rows.length, k = rows[0].length, all = mean(rows.flat());
  const people = rows.map(mean), trials = rows[0].map((_, j) => mean(rows.map((row) => row[j])));
  const msr = k * people.reduce((sum, x) => sum + (x - all) ** 2, 0) / (n - 1);
  const msc = n * trials.reduce((sum, x) => sum + (x - all) ** 2, 0) / (k - 1);
  let residual = 0;
  rows.forEach((row, i) => row.forEach((x, j) => { residual += (x - people[i] - trials[j] + all) ** 2; }));
  const mse = residual / ((n - 1) * (k - 1));
  const shift = (msc - mse) / n, sem = Math.sqrt(mse + shift);
  return { n, icc21: (msr - mse) / (msr + (k - 1) * mse + k * shift), icc2k: (msr - mse) / (msr + shift), sem,
    mdc95: 1.96 * Math.SQRT2 * sem };
}

/* ---- what the tables call things ---------------------------------------------------------------------- */

/** Variables of the data set's authors: our code where the definition coincides, our unit, factor into it. */
export const VARIABLES = {
  COParea: { measure: "cop.ellipse.area", unit: "mm2", factor: 100, romberg: "romberg.area" },
  COPvelo: { measure: "cop.velocity.mean", unit: "mm/s", factor: 10, romberg: "romberg.velocity" },
  COPmfreq: { measure: "cop.frequency.mean", unit: "Hz", factor: 1, romberg: "romberg.frequency" },
};
const GROUPS = { Young: "young", Old: "old" };
const SURFACES = { Firm: "firm", Rigid: "firm", Foam: "foam" };
const VISIONS = { Open: "open", Closed: "closed" };
const CONDITION = { posture: "standing", stance: "two feet, quiet", duration_s: 60, rate_hz: 100 };
const BDS = "Santos and Duarte 2016 PeerJ 4:e2648, DOI 10.6084/m9.figshare.3394432 (CC BY 4.0)";
const FILTERED = "10 Hz low-pass by the authors of the data";

export function load(data = process.env.ENGRAM_DATA) {
  const folder = path.join(data, "balance", "norms");
  return {
    table: readCsv(path.join(folder, "bds163_norms_icc_mdc_area_velo_mfreq.csv")),
    trials: readCsv(path.join(folder, "BDSinfoCOP_min.csv")),
    others: readCsv(path.join(folder, "PDSinfoCOP_min.csv")),
    descriptors: readCsv(path.join(folder, "quijoux_reliability_16subj.csv")),
  };
}

/** Trials of each person in one condition: [[a, b, c], ...], only people with `count` trials. */
export function repeats(rows, { group, surface, vision, variable, count = 3 }) {
  const people = new Map();
  for (const row of rows) {
    if (row.AgeGroup !== group || SURFACES[row.Surface] !== surface || row.Vision !== vision) continue;
    if (!people.has(row.Subject)) people.set(row.Subject, []);
    people.get(row.Subject).push(Number(row[variable]));
  }
  return [...people.entries()].filter(([, list]) => list.length === count && list.every(Number.isFinite));
}

function ages(trials, group) {
  const list = trials.filter((row) => row.AgeGroup === group).map((row) => Number(row.Age));
  return { age_low: Math.min(...list), age_high: Math.max(...list) };
}

/* ---- the entries -------------------------------------------------------------------------------------- */

/** How many of a group are above an age: the young group is thin there. */
const above = (trials, group, age) => new Set(trials.filter((row) => row.AgeGroup === group && Number(row.Age) > age).map((row) => row.Subject)).size;

/** Norm band and reliability per measure, age group, surface and vision, from the table over all 163 people. */
export function referenceEntries({ table, trials }) {
  return table.map((row) => {
    const v = VARIABLES[row.var], scaled = (name) => Number(row[name]) * v.factor;
    return { id: `${v.measure}.${GROUPS[row.age]}.${SURFACES[row.surf]}.eyes_${VISIONS[row.vis]}`, kind: "reference",
      measure: v.measure, unit: v.unit, age_group: GROUPS[row.age], ...ages(trials, row.age), sex: "any",
      ...CONDITION, surface: SURFACES[row.surf], vision: VISIONS[row.vis], filter: FILTERED, n: Number(row.n),
      statistic: "over people, of each person's median of 3 trials", mean: scaled("mean"), sd: scaled("sd"), p5: scaled("p5"),
      p25: scaled("p25"), p50: scaled("p50"), p75: scaled("p75"), p95: scaled("p95"), icc21: Number(row.icc21),
      icc2k: Number(row.icc2k), k: 3, sem: scaled("sem"), mdc95: scaled("mdc95"), interval: "same session",
      source: `${BDS}; statistics computed by us over 163 people`, status: "READ", verified: false,
      note: row.age === "Young" ? `Only ${above(trials, "Young", 40)} people of this group are over 40.` : null };
  });
}

/** Eyes closed over eyes open, person by person (median of 3 trials each), from the per-trial file. */
export function rombergEntries({ trials }) {
  const entries = [];
  for (const [variable, v] of Object.entries(VARIABLES)) for (const group of ["Young", "Old"]) for (const surface of ["firm", "foam"]) {
    const median = (vision) => new Map(repeats(trials, { group, surface, vision, variable }).map(([id, x]) => [id, percentile(x, 50)]));
    const open = median("Open"), closed = median("Closed");
    const ratio = [...open.keys()].filter((id) => closed.has(id)).map((id) => closed.get(id) / open.get(id));
    entries.push({ id: `${v.romberg}.${GROUPS[group]}.${surface}`, kind: "quotient", measure: v.romberg === "romberg.frequency" ? null : v.romberg, unit: "1",
      age_group: GROUPS[group], ...ages(trials, group), sex: "any", ...CONDITION, surface, vision: "closed over open",
      filter: FILTERED, n: ratio.length, statistic: "over people, median eyes closed over median eyes open",
      mean: mean(ratio), sd: deviation(ratio), p5: percentile(ratio, 5), p25: percentile(ratio, 25), p50: percentile(ratio, 50),
      p75: percentile(ratio, 75), p95: percentile(ratio, 95), source: `${BDS}; computed by us`, status: "READ", verified: false,
      note: "From the per-trial file, which holds 160 of the 163 people." });
  }
  return entries;
}

/** Descriptors of Quijoux et al. 2021: our code where the formula is the same, the factor from the peer's unit (cm) into ours.
 *  Left out on purpose: powers (the peer sums bins), diffusion (other fit), phase plane (two units mixed), folded direction,
 *  planar deviation (the same number as rms), and those that the 163 people cover. */
export const DESCRIPTORS = {};
const map = (peer, measure, unit, factor) => { DESCRIPTORS[peer] = { measure, unit, factor }; };
for (const [axis, ours] of [["ML", ".ml"], ["AP", ".ap"]]) {
  map(`mean_value_${axis}`, `cop.mean${ours}`, "mm", 10);
  map(`mean_distance_${axis}`, `cop.distance.mean${ours}`, "mm", 10);
  map(`maximal_distance_${axis}`, `cop.distance.max${ours}`, "mm", 10);
  map(`rms_${axis}`, `cop.rms${ours}`, "mm", 10);
  map(`range_${axis}`, `cop.range${ours}`, "mm", 10);
  map(`mean_velocity_${axis}`, `cop.velocity.mean${ours}`, "mm/s", 10);
  map(`peak_velocity_all_SPD_${axis}`, `cop.velocity.peak${ours}`, "mm/s", 10);
  map(`zero_crossing_SPD_${axis}`, `cop.velocity.peaks${ours}`, "/s", 1 / 59.88);
  map(`mean_frequency_${axis}`, `cop.frequency.rotation${ours}`, "Hz", 1);
  for (const [theirs, code, unit] of [["power_frequency_50", "f50", "Hz"], ["power_frequency_95", "f95", "Hz"], ["frequency_mode", "mode", "Hz"],
    ["centroid_frequency", "centroid", "Hz"], ["frequency_dispersion", "dispersion", "1"], ["frequency_quotient", "quotient", "1"]])
    map(`${theirs}_Power_Spectrum_Density_${axis}`, `cop.psd.${code}${ours}`, unit, 1);
}
map("mean_distance_Radius", "cop.distance.mean", "mm", 10);
map("maximal_distance_Radius", "cop.distance.max", "mm", 10);
map("rms_Radius", "cop.rms", "mm", 10);
map("range_ML_AND_AP", "cop.range", "mm", 10);
map("range_ratio_ML_AND_AP", "cop.range.ratio", "1", 1);
map("coefficient_sway_direction_ML_AND_AP", "cop.correlation", "1", 1);
map("sway_area_per_second_ML_AND_AP", "cop.area.rate", "mm2/s", 100);
map("fractal_dimension_ML_AND_AP", "cop.fractal.ellipse", "1", 1);
map("LFS_ML_AND_AP", "cop.path.per_area", "/mm", 0.1);
map("mean_peak_Sway_Density", "cop.density.peak", "s", 1);
map("mean_distance_peak_Sway_Density", "cop.density.distance", "mm", 10);
map("mean_frequency_ML_AND_AP", "cop.frequency.rotation", "Hz", 1);

export function descriptorEntries({ descriptors }) {
  const entries = [];
  for (const row of descriptors) {
    const ours = DESCRIPTORS[row.var] ?? { measure: null, unit: null, factor: 1 };
    for (const surface of ["Firm", "Foam"]) for (const vision of ["Open", "Closed"]) {
      const cell = (name) => Number(row[`${surface}_${vision}_${name}`]), sem = cell("sem") * ours.factor;
      entries.push({ id: `quijoux.${row.var}.${SURFACES[surface]}.eyes_${VISIONS[vision]}`, kind: "reliability",
        measure: ours.measure, peer: row.var, unit: ours.unit, age_low: null, age_high: null, sex: "any", ...CONDITION,
        surface: SURFACES[surface], vision: VISIONS[vision], filter: "SWARII 25 Hz, 10 Hz zero-lag low-pass (profile quijoux2021)", n: 16,
        statistic: "3 trials of 16 people", icc21: cell("icc21"), icc2k: cell("icc2k3"), k: 3,
        ...(ours.measure ? { mean: cell("mean") * ours.factor, sem, mdc95: 1.96 * Math.SQRT2 * sem } : { peer_mean: cell("mean"), peer_sem: cell("sem") }),
        mdc95_percent: cell("mdc95pct"), interval: "same session",
        source: `${BDS}; computed by us with the peer's definitions (Quijoux 2021 Physiol Rep 9:e15067)`, status: "READ", verified: false,
        note: "16 people, mostly young: an indication, not a norm." });
    }
  }
  return entries;
}

/* ---- repeats of other people, judged by the MDC95 ------------------------------------------------------- */

/** Ways to apply the change value; the first is the one in use. */
export const JUDGES = {
  "row MDC95, absolute": (row, a, b) => Math.abs(a - b) <= Number(row.mdc95),
  "row MDC95, ratio (log)": (row, a, b) => Math.abs(Math.log(a / b)) <= Math.log(1 + Number(row["mdc%_log"]) / 100),
  "row MDC95, percent of the pair's mean": (row, a, b) => Math.abs(a - b) / ((a + b) / 2) * 100 <= Number(row["mdc%"]),
};

/** Every pair of repeats of the 49 people of the other data set: {variable, judge, cells: [{group, surface, vision, n, same}], n, same}. */
export function judgeRepeats({ table, others }, judges = JUDGES) {
  const result = [];
  for (const variable of Object.keys(VARIABLES)) for (const [judge, within] of Object.entries(judges)) {
    const cells = [];
    for (const group of ["Young", "Old"]) for (const surface of ["firm", "foam"]) for (const vision of ["Open", "Closed"]) {
      const row = table.find((r) => r.age === group && SURFACES[r.surf] === surface && r.vis === vision && r.var === variable);
      let n = 0, same = 0;
      for (const count of [2, 3]) for (const [, x] of repeats(others, { group, surface, vision, variable, count }))
        for (let i = 0; i < x.length; i++) for (let j = i + 1; j < x.length; j++) { n++; if (within(row, x[i], x[j])) same++; }
      cells.push({ group: GROUPS[group], surface, vision: VISIONS[vision], n, same });
    }
    const sum = (name) => cells.reduce((total, cell) => total + cell[name], 0);
    result.push({ variable, judge, cells, n: sum("n"), same: sum("same") });
  }
  return result;
}

export function judgeTable(result) {
  const share = (c) => `${(100 * c.same / c.n).toFixed(1)}`.padStart(6);
  const head = result[0].cells.map((c) => `${c.group[0].toUpperCase()}/${c.surface}/${c.vision}`.padStart(14)).join("");
  const lines = result.map((r) => `${r.variable.padEnd(9)} ${r.judge.padEnd(38)} ${share(r)} %  n=${r.n} ${r.cells.map((c) => share(c).padStart(14)).join("")}`);
  return [`${"".padEnd(9)} ${"no real change in".padEnd(38)} ${"pooled".padStart(8)}        ${head}`, ...lines].join("\n");
}

/* ---- files ---------------------------------------------------------------------------------------------- */

const line = (v) => v === null || typeof v !== "object" ? JSON.stringify(v)
  : Array.isArray(v) ? `[${v.map(line).join(", ")}]` : `{${Object.entries(v).map(([k, x]) => `${JSON.stringify(k)}: ${line(x)}`).join(", ")}}`;

export function files(data) {
  return {
    "reference.json": { note: "Quiet standing, healthy people: norm bands and same-session noise of one 60 s trial. Rebuilt by tools/norms.mjs. Foam norms hold for the foam used. Sway does not tell who will fall.", balance: referenceEntries(data) },
    "romberg.json": { note: "Romberg quotient, eyes closed over eyes open. Rebuilt by tools/norms.mjs.", balance: rombergEntries(data) },
    "descriptors.json": { note: "Same-session reliability of the 72 descriptors of the quijoux2021 profile in 16 people. Rebuilt by tools/norms.mjs. ICC under .6: hidden unless asked for.", balance: descriptorEntries(data) },
  };
}

export const text = ({ note, balance }) =>
  `{\n  "note": ${JSON.stringify(note)},\n  "balance": [\n${balance.map((entry) => `    ${line(entry)}`).join(",\n")}\n  ]\n}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.env.ENGRAM_DATA) {
    console.error("tools/norms.mjs: ENGRAM_DATA is not set; point it to the folder that holds balance/norms (docs/data.md)");
    process.exit(2);
  }
  const data = load();
  if (process.argv.includes("--judge")) console.log(judgeTable(judgeRepeats(data)));
  else for (const [name, content] of Object.entries(files(data))) {
    const file = path.join(ROOT, "knowledge", "balance", name), fresh = text(content);
    const same = fs.existsSync(file) && fs.readFileSync(file, "utf8") === fresh;
    if (process.argv.includes("--write")) fs.writeFileSync(file, fresh);
    console.log(`${name}: ${content.balance.length} entries, ${same ? "unchanged" : process.argv.includes("--write") ? "written" : "would change"}`);
  }
}
