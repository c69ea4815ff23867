import { knowledge, rows } from './state.svelte'
import type { Dose } from './types'

/** Tables of knowledge/ as the server passes them on; see knowledge/README.md for their meaning. */
export interface Sourced {
  source?: string
  status?: string
  verified?: boolean
}

export interface MeasureDef extends Sourced {
  id: string
  name: string
  section: string
  group?: string
  type: 'number' | 'choice' | 'range'
  unit: string
  low?: number
  high?: number
  step?: number
  decimals?: number
  better?: string
  sided?: boolean
  options?: { value: number; label: string }[]
  fields?: string[]
  value_field?: string
  positions?: string[]
  methods?: string[]
  icf?: string
  regions?: string[]
  instrument?: string
  definition?: string
}

export interface FindingDef extends Sourced {
  id: string
  name: string
  meaning: string
  unit: string
  scale?: 'yes/no' | 'grade' | 'score' | 'count' | 'number'
  low?: number
  high?: number
  icf?: string | null
  how_measured?: string
  page?: string
  from?: { kind?: string }
  area?: string
}

export interface InstrumentDef extends Sourced {
  id: string
  name: string
  short: string
  measures: string
  ship: 'A' | 'B' | 'C'
  items: {
    id: string
    label: string
    min: number
    max: number
    step?: number
    help?: string | null
    options?: { value: number; label: string }[]
  }[]
  score: { rule: string; min: number; max: number; unit: string; better: string; decimals?: number }
  measure?: string | null
  instructions?: string[]
  equipment?: string[]
  minutes?: number | null
  safety?: string | null
  licence: string
}

export interface ExerciseDef extends Sourced {
  id: string
  name: string
  goal: string
  position: string
  start: string
  steps: string[]
  cues: string[]
  external_focus?: string | null
  mistakes?: string[]
  safety: string[]
  equipment?: string[]
  easier?: string[]
  harder?: string[]
  dose_hint?: string | null
  drawing?: Record<string, unknown> | null
  findings?: string[]
}

export interface InterventionDef extends Sourced {
  id: string
  name: string
  explanation: string
  discipline?: string[]
  needs_stimulation?: boolean
}

export interface PrecautionDef extends Sourced {
  id: string
  name: string
  group?: string
  help?: string | null
  applies_to: string[]
  findings?: string[]
  rules?: string[]
  explanation: string
  action: string
  ask?: string | null
}

export interface RuleDef extends Sourced {
  id: string
  area: string
  when: string
  kind: 'block' | 'warn' | 'against' | 'for'
  blocks?: string[]
  override?: string
  strength: string
  say: string
  proposal?: {
    title: string
    dose?: Dose & { duration?: string | null; status?: string }
    exercises?: string[]
  } | null
  progression?: string | null
  regress?: string | null
  change_my_mind: string
  grade: string
  population: string
}

export interface EducationDef extends Sourced {
  id: string
  title: string
  author: string
  date: string
  audience?: string
  summary?: string
  sections: { heading: string; paragraphs: string[]; points?: string[] }[]
  sources: { text: string; status: string }[]
  review: string
  disclaimer: string
}

export const table = async <T>(name: string): Promise<T[]> =>
  rows<T>(await knowledge<unknown>(name))

/** Measures typed in, their sections in the order of an examination. */
export const sections: { id: string; name: string; hint: string }[] = [
  { id: 'vital-signs', name: 'Vital signs', hint: 'at rest, before anything else' },
  { id: 'posture-standing', name: 'Posture, standing', hint: 'seen from the side and from behind' },
  { id: 'posture-seated', name: 'Posture, seated', hint: 'on a flat seat, feet down' },
  { id: 'balance-standing', name: 'Balance, standing', hint: 'what is done without a plate' },
  { id: 'balance-seated', name: 'Balance, seated', hint: 'what is done without a plate' },
  {
    id: 'joint-movement',
    name: 'Joint movement',
    hint: 'neutral-zero notation, active and passive',
  },
  { id: 'strength', name: 'Strength', hint: 'MRC grade and dynamometer' },
  { id: 'tone', name: 'Tone', hint: 'Ashworth and Tardieu' },
  { id: 'sensation', name: 'Sensation', hint: 'light touch, sharp or blunt, position' },
  { id: 'coordination', name: 'Coordination', hint: 'quality and count' },
  { id: 'function', name: 'Activities and function', hint: 'what daily life asks for' },
  { id: 'instruments', name: 'Instruments', hint: 'scores with their items' },
]

/** BELIEVED and SECONDHAND are said aloud; READ is the quiet normal. */
export function standing(entry: Sourced | undefined): string {
  if (!entry) return ''
  const said: Record<string, string> = {
    BELIEVED: 'From memory, not yet read in the source',
    SECONDHAND: 'Read in a summary, not in the source',
    READ: 'Read in the source',
  }
  const read = said[entry.status ?? ''] ?? ''
  return [read, entry.verified === true ? 'verified by a clinician' : 'not verified by a clinician']
    .filter(Boolean)
    .join('; ')
}
