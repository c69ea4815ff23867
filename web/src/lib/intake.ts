import type { FindingDef, PrecautionDef } from './knowledge'
import type { Intake, Tri } from './types'

export const symptomKinds: { value: string; label: string; plain: string }[] = [
  { value: 'pain', label: 'Pain', plain: 'It hurts' },
  { value: 'weakness', label: 'Weakness', plain: 'It is weak' },
  { value: 'numbness', label: 'Numbness', plain: 'I feel less there' },
  { value: 'tingling', label: 'Tingling', plain: 'It tingles' },
  { value: 'stiffness', label: 'Stiffness', plain: 'It is stiff' },
  { value: 'spasm', label: 'Spasm', plain: 'It cramps or jerks' },
  { value: 'swelling', label: 'Swelling', plain: 'It is swollen' },
  { value: 'dizziness', label: 'Dizziness', plain: 'I am dizzy' },
  { value: 'other', label: 'Other', plain: 'Something else' },
]

/** The contraindications of stimulation that are asked here; the knowledge may say them better. */
export const stimulationQuestions: { key: string; ask: string; good?: boolean }[] = [
  { key: 'dvt_active', ask: 'A blood clot in a deep vein, suspected or not yet treated?' },
  { key: 'bleeding_untreated', ask: 'Bleeding that is active or not treated?' },
  { key: 'infection_site', ask: 'An infection where electrodes might lie?' },
  { key: 'poor_circulation_site', ask: 'Poor circulation where electrodes might lie?' },
  { key: 'malignancy_at_site', ask: 'A tumour at or near that place?' },
  { key: 'cannot_report', ask: 'Unable to say reliably what is felt, or that it hurts?' },
  { key: 'site_sensation_loss', ask: 'Feeling lost where electrodes might lie?' },
  { key: 'skin_fragile', ask: 'Fragile or broken skin there?' },
  { key: 'radiated_6mo', ask: 'Radiotherapy there in the last six months?' },
  {
    key: 'lmn_intact',
    ask: 'Are the nerve and muscle connected (lower motor neurone intact)?',
    good: true,
  },
]

const asked = new Set([
  ...stimulationQuestions.map((q) => q.key),
  'implanted_device',
  'pregnant',
  'epilepsy',
  'red_flag',
])

export const isRedFlag = (p: PrecautionDef): boolean =>
  p.group ? p.group === 'red-flag' : (p.findings ?? []).includes('red_flag')

/** Diagnosis marks that the rules ask for and that are answered at intake. */
export const conditionsOf = (findings: FindingDef[]): FindingDef[] =>
  findings.filter((f) => f.page === 'intake' && f.scale === 'yes/no' && !asked.has(f.id))

export function blankIntake(): Intake {
  return {
    completed_by: 'therapist',
    symptoms: [],
    history: '',
    diagnosis: { text: '' },
    conditions: {},
    onset_at: null,
    affected_side: null,
    hand_dominance: null,
    medications: [],
    implants: [],
    implanted_device: undefined as unknown as Tri,
    pregnant: undefined as unknown as Tri,
    epilepsy: undefined as unknown as Tri,
    falls_12mo: null,
    vital_signs: null,
    red_flags: {},
    stimulation_screen: {},
    lives_with: '',
    home: '',
    occupation: '',
    concerns: [],
    own_goals: [],
    consent: { treatment: false, data: false, given_by: '', at: '' },
  }
}

/** What is sent: empty rows dropped, a consent that was not given not sent as an empty one. */
export function intakeBody(
  draft: Intake,
  by: Intake['completed_by'],
  at: string,
): Record<string, unknown> {
  const b: Record<string, unknown> = JSON.parse(
    JSON.stringify({ ...draft, completed_by: by }),
  ) as Record<string, unknown>
  b.concerns = draft.concerns.map((c) => c.trim()).filter(Boolean)
  b.own_goals = draft.own_goals.filter((g) => g.text.trim())
  b.medications = draft.medications.filter((m) => m.name.trim())
  b.implants = draft.implants.filter((m) => m.name.trim())
  const v = draft.vital_signs
  b.vital_signs =
    v && [v.sbp, v.dbp, v.hr, v.spo2].some((x) => x !== null && x !== undefined)
      ? { ...v, measured_at: v.measured_at || at }
      : null
  const c = draft.consent
  if (c && (c.treatment || c.data || c.given_by)) b.consent = { ...c, at: c.at || at }
  else delete b.consent
  const { text, code, code_system } = draft.diagnosis ?? { text: '' }
  const coded = code?.trim() ? { code: code.trim(), ...(code_system ? { code_system } : {}) } : {}
  b.diagnosis = text?.trim() || code?.trim() ? { text: text ?? '', ...coded } : null
  if (b.onset_at === '') b.onset_at = null
  for (const key of ['operated_on', 'injured_on']) if (b[key] === '') b[key] = null
  return b
}

/** A stored intake as the form needs it: every list and answer there. */
export function fromStored(stored: Partial<Intake> | null | undefined): Intake {
  const blank = blankIntake()
  if (!stored) return blank
  const merged = { ...blank, ...(JSON.parse(JSON.stringify(stored)) as Partial<Intake>) } as Intake
  merged.diagnosis = merged.diagnosis ?? { text: '' }
  merged.stimulation_screen = merged.stimulation_screen ?? {}
  merged.consent = merged.consent ?? blank.consent
  return merged
}
