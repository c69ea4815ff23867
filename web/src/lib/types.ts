/** What the server says, see serve/openapi.json. Bodies are documents of clinic/schema. */
export interface Doc<B = Record<string, unknown>> {
  id: string
  kind: string
  version: number
  status: 'draft' | 'final' | 'signed' | 'entered-in-error'
  person_id?: string | null
  episode_id?: string | null
  parent_id?: string | null
  local_date?: string
  created_at?: string
  author?: string
  body: B
  signature?: Signature | null
  /** This version differs from what was signed; it is then never shown as signed. */
  signature_problem?: string
  /** Of a plan: goals that are no longer as this version holds them. */
  goals_changed?: { id: string; text: string; what: string }[]
}

export type Side = 'left' | 'right' | 'both' | null
export type Tri = 0 | 1 | null

export interface Person {
  given_name: string
  family_name: string
  birth_date: string
  sex: 'female' | 'male' | 'other' | 'unknown'
  pronouns?: string
  contact?: string
  example: boolean
}

export interface Episode {
  discipline: 'PT' | 'OT'
  title: string
  state: State
  state_history?: { state: string; at: string; by?: string; note?: string }[]
}

export type State =
  | 'referred'
  | 'intake'
  | 'screened'
  | 'hold'
  | 'evaluating'
  | 'evaluated'
  | 'goals_set'
  | 'plan_draft'
  | 'in_treatment'
  | 'discharged'

export interface Referral {
  referrer: string
  organisation?: string
  received_on: string
  signed_on?: string
  diagnosis_text: string
  request: string
  precautions?: string
  direct_access: boolean
}

export interface Symptom {
  region: string
  kind: string
  pain: number | null
  note?: string
}

export interface Intake {
  completed_by: 'patient' | 'therapist' | 'both'
  symptoms: Symptom[]
  history: string
  diagnosis: { text: string; code?: string; code_system?: string }
  conditions: Record<string, Tri>
  onset_at: string | null
  affected_side: 'left' | 'right' | 'both' | 'none' | null
  hand_dominance: 'left' | 'right' | 'both' | null
  medications: { name: string; note?: string }[]
  implants: { name: string; active_electronic: boolean }[]
  implanted_device: Tri
  pregnant: Tri
  epilepsy: Tri
  falls_12mo: number | null
  vital_signs: {
    sbp: number | null
    dbp: number | null
    hr: number | null
    spo2: number | null
    measured_at: string
  } | null
  baseline_sbp?: number
  red_flags: Record<string, Tri>
  stimulation_screen: Record<string, Tri>
  lives_with?: string
  home?: string
  occupation?: string
  concerns: string[]
  own_goals: { text: string; ability_0_10: number | null }[]
  consent: { treatment: boolean; data: boolean; given_by: string; at: string } | null
}

export interface Evaluation {
  type: 'initial' | 're-evaluation' | 'discharge'
  date: string
  examiner: string
  note?: string
}

export interface Entry {
  evaluation_id: string
  code: string
  value: number | null
  text?: string
  side: Side
  position?: string
  method?: string
  device?: string
  examiner?: string
  rom: { start: number | null; min: number | null; max: number | null; end: number | null } | null
  items: Record<string, number> | null
  recording_id: string | null
  quality: 'ok' | 'warn' | null
  not_tested_reason?: string
}

export interface QualityCheck {
  check: string
  verdict: 'ok' | 'warn' | 'fail'
  detail: string
}

export interface Norm {
  low?: number | null
  high?: number | null
  lo?: number | null
  hi?: number | null
  text?: string
  population?: string
  source?: string
  verified?: boolean
}

/** Where a value of a recording lies among people of the same age under the same condition. */
export interface NormBand {
  position?: 'below' | 'within' | 'above'
  p5: number
  p50: number
  p95: number
  n: number
  age_low: number
  age_high: number
  surface: string
  vision: string
  source: string
  status: string
}

/** How well a measure repeats; the interval says over which time that was measured. */
export interface Reliability {
  icc21: number | null
  sem: number | null
  mdc95: number | null
  n: number
  interval: string
  note: string
  source: string
  status: string
}

export interface Measure {
  code: string
  name?: string
  value: number | null
  unit?: string
  better?: string
  withheld?: boolean
  norm?: NormBand | null
  reliability?: Reliability | null
}

export interface Excursion {
  onset_s: number
  peak_s: number
  end_s: number
  direction_deg: number
  distance_mm: number
}

/** One target of limits of stability, as docs/reference/balance-tasks.md has it. */
export interface Target {
  direction_deg: number
  target_mm?: number
  cue_s: number
}

/** What is marked on a trace: a stretch of it, or a moment if it has no end. */
export interface TraceMark {
  from_s: number
  to_s?: number
  label: string
}

export interface Result {
  file?: string
  profile?: string
  quality?: QualityCheck[]
  measures?: Measure[]
  trial?: Record<string, unknown>
  hidden?: number
  warnings?: string[]
  /** Limits of stability: found in the trace, for a person to check. */
  excursions?: Excursion[]
  condition?: { height_m?: number | null; [key: string]: unknown }
  map?: string
  map_title?: string
  /** "given": a saved layout; "ready": recognised by its labels; "header": by its words. */
  map_source?: 'given' | 'ready' | 'header'
  [key: string]: unknown
}

export interface Trace {
  rate_hz: number
  n: number
  t_s: number[]
  ml_mm: (number | null)[]
  ap_mm: (number | null)[]
  fz_n?: (number | null)[] | null
  right_percent?: (number | null)[] | null
  ellipse?: { cx: number; cy: number; major: number; minor: number; angle_deg: number } | null
  spectrum?: { f_hz: number[]; ml: number[]; ap: number[] } | null
  settling_s?: number
}

export interface Condition {
  posture?: string
  vision?: string
  surface?: string
  stance?: string
}

export interface Recording {
  name: string
  sha256?: string
  size?: number
  format?: string
  task: string
  condition: Condition
  trial_no: number
  recorded_on: string
  decision: 'pending' | 'kept' | 'repeat' | 'discarded'
  decision_reason?: string
  synthetic?: boolean
  attribution?: string
  task_settings?: { targets?: Target[]; target_mm?: number; cues?: string } | null
  result?: Result
  [key: string]: unknown
}

export interface Goal {
  text: string
  measure_code: string
  side: Side
  baseline: number | null
  baseline_entry_id?: string
  target: number
  due_on: string
  weight: number
  levels?: Record<string, string>
  attained?: number | null
  icf?: string
  status: 'open' | 'met' | 'stopped'
  direction_warning?: string
  direction_reason?: string | null
  mdc_warning?: string
  /** Is the step to the target within the noise of measuring? */
  mdc_state?: 'within' | 'session' | 'beyond' | 'unknown'
}

export interface Dose {
  frequency?: string
  intensity?: string
  time?: string
  type?: string
  volume?: string
  progression?: string
}

export interface Decision {
  rule_id: string
  decision: 'accepted' | 'edited' | 'rejected'
  reason?: string
  title: string
  finding_names: string[]
  goal_ids: string[]
  dose: Dose
  exercises: string[]
  grade: string
  status: string
  source: string
}

export interface Plan {
  diagnosis: string
  goal_ids: string[]
  /** Written by the server: the goals as this version is signed for them. */
  goals?: { id: string; version: number; content: Record<string, unknown> }[]
  frequency_per_week: number
  duration_weeks: number
  start_on: string
  end_on: string
  decisions: Decision[]
  others: {
    intervention_id: string | null
    title: string
    dose: Dose
    goal_ids: string[]
    finding_names?: string[]
    reason: string
  }[]
  overrides: { rule_id: string; reason: string }[]
  findings_snapshot: Record<string, number>
  rules_version: string
}

export interface SessionItem {
  exercise_id: string | null
  title: string
  sets: number
  repetitions: number
  successes: number | null
  seconds: number | null
  load?: string
  response?: string
  pain_after?: number
}

export interface Session {
  plan_id: string
  plan_version: number
  date: string
  started_at: string
  ended_at: string
  therapist: string
  check_in: {
    pain: number | null
    pain_during?: number | null
    pain_rise_24h?: number | null
    sbp: number | null
    dbp: number | null
    hr: number | null
    spo2: number | null
    skin_ok: boolean | null
    note: string
  }
  overrides?: { rule_id: string; reason: string }[]
  blocked_override?: { reason: string; clinician?: string | null; credential?: string | null }
  items: SessionItem[]
  minutes: { timed: number; untimed: number; rest: number; unattended: number }
  response: string
  next: string
}

export interface Signature {
  id?: string
  document_id: string
  document_version: number
  document_kind: string
  signer_name: string
  credential: string
  signed_at: string
  statement: string
  ok?: boolean
  body?: Omit<Signature, 'body'>
}

export interface Chip {
  kind: 'stop' | 'warn' | 'info' | 'unknown'
  text: string
}

export interface Guard {
  code: string
  text: string
  met: boolean
  fix?: { page?: string; field?: string } | null
  blocking?: boolean
}

export interface Chart {
  episode: Doc<Episode>
  person: Doc<Person>
  referral: Doc<Referral> | null
  intake: Doc<Intake> | null
  /** Ids and kinds of what does not count any more. */
  withdrawn: Record<string, string>
  /** Those of them that are marked; `body.entered_in_error` says why. */
  entered_in_error: Doc[]
  releases: Doc<{ reason: string; clinician: string; credential: string; at: string }>[]
  evaluations: Doc<Evaluation>[]
  entries: Doc<Entry>[]
  recordings: Doc<Recording>[]
  finding_values: Doc<{ name: string; value: number | null; note?: string; at: string }>[]
  goals: Doc<Goal>[]
  plans: Doc<Plan>[]
  sessions: Doc<Session>[]
  reports: Doc[]
  signatures: Signature[]
  /** A signature of the episode is missing or was changed. */
  signatures_problem?: string
  state: State
  next: { to: State; guards: Guard[] }[]
  precautions: Chip[]
  counts: Record<string, number>
}

export type Severity = 'none' | 'mild' | 'moderate' | 'severe' | 'complete' | 'outside' | 'unknown'

export interface Finding {
  name: string
  meaning: string
  value: number | null
  unknown: boolean
  unit?: string
  source?: { kind: string; entry_id?: string; document_id?: string; at?: string; text?: string }
  norm?: Norm | string | null
  /** Why it cannot be judged: there is no norm. */
  no_norm?: string
  /** The measure that would make it known, and the same in words. */
  needs?: string
  why_unknown?: string
  side_to_side?: { text?: string } | string | null
  change?: { from?: number; to?: number; verdict?: string; text?: string } | null
  severity: Severity
  icf?: { code?: string; qualifier?: string | number | null } | null
  regions?: string[]
  entry_page?: string
  used_by?: string[]
}

export interface Status {
  version: string
  demo: boolean
  site: Site
  today: string
  disclaimer?: string
  knowledge?: { counts?: Record<string, number>; unverified?: number } & Record<string, unknown>
  examples?: boolean
}

/** The place of work; its zone decides which date it is. */
export interface Site {
  name: string
  time_zone: string
}

/** A code of the list that the clinic has loaded. */
export interface DiagnosisCode {
  code: string
  text: string
}

/** That list (version 0: none is loaded) and what was found in it. */
export interface Codes {
  version: number
  system: string
  count: number
  codes: DiagnosisCode[]
}

/** The first goal's measure over its newest values, for the line on the page Today. */
export interface TodayTrend {
  code: string
  name: string
  unit: string
  side: Side
  better: 'higher' | 'lower' | 'none'
  mdc: number | null
  goal: number | null
  points: { date: string; value: number }[]
}
