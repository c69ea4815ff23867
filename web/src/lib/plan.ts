import type { Sourced } from './knowledge'
import type { Decision, Dose } from './types'

/** What GET /api/episodes/{id}/proposals answers: the object of `engram plan --json`. */
export interface RuleSays {
  rule: string
  say: string
}
export interface Proposal extends Sourced {
  rule: string
  area?: string
  title: string
  kind: 'block' | 'warn' | 'against' | 'for'
  strength?: string
  say?: string
  progression?: string | null
  regress?: string | null
  grade?: string
  population?: string
  note?: string | null
  change_my_mind?: string
  reason_required?: boolean
  findings?: {
    name: string
    value: number
    unit?: string
    text?: string
    source?: string
    date?: string
  }[]
  serves?: string[]
  exercises?: string[]
  dose?: (Dose & { duration?: string | null; status?: string }) | null
  dose_stated?: boolean
  dose_text?: string
  stimulation?: string | null
  needs_stimulation?: 'none' | 'part' | 'all'
  stimulation_unclear?: boolean
  warnings?: RuleSays[]
  withheld?: { what: 'part' | 'all'; part?: string | null; by: RuleSays[] } | null
  would_change?: { finding: string; rule: string }[]
  /** Ids of the open goals of this episode that it serves. */
  goal_ids?: string[]
}
export interface Block extends Sourced {
  rule: string
  blocks: string[]
  override?: string
  say: string
  progression?: string | null
  grade?: string
  findings?: { name: string; text?: string; source?: string; date?: string }[]
}
export interface Proposals {
  rules: {
    id: string
    state: 'true' | 'false' | 'unknown'
    missing: string[]
    area?: string
    kind?: string
    when?: string
  }[]
  blocked: string[]
  blocks?: Block[]
  /** Warnings and what speaks against something: going on needs a reason. */
  warnings: Proposal[]
  /** What is proposed, by priority. */
  proposals: Proposal[]
  measure_next: (string | { name: string })[]
}

export const strengthWords: Record<string, string> = {
  strong: 'Strong',
  moderate: 'Moderate',
  weak: 'Weak',
  option: 'Option',
}

/** The open goals that the server links with a proposal. None: the therapist chooses. */
export function goalsFor(p: Proposal): string[] {
  return p.goal_ids ?? []
}

/** How far a source was seen, as a chip beside it. */
export const sourceWords: Record<string, string> = {
  READ: 'Read',
  SECONDHAND: 'Second-hand',
  BELIEVED: 'Believed, not read',
}

export const doseParts: [keyof Dose, string][] = [
  ['frequency', 'How often'],
  ['volume', 'Amount'],
  ['intensity', 'How hard'],
  ['time', 'How long'],
  ['type', 'What kind'],
]

export function decisionOf(
  p: Proposal,
  decision: Decision['decision'],
  dose: Dose,
  goalIds: string[],
  reason?: string,
): Decision {
  const made: Decision = {
    rule_id: p.rule,
    decision,
    title: p.title,
    finding_names: (p.findings ?? []).map((f) => f.name),
    goal_ids: goalIds,
    dose,
    exercises: p.exercises ?? [],
    grade: p.grade ?? '',
    status: p.status ?? '',
    source: p.source ?? '',
  }
  if (reason) made.reason = reason
  return made
}

/** The dose of a proposal as a plan keeps it: texts only, the duration with the time. */
export function doseOf(p: Proposal): Dose {
  const d = p.dose ?? {}
  const kept: Dose = {}
  for (const [key] of doseParts) {
    const text = d[key]
    if (typeof text === 'string' && text) kept[key] = text
  }
  const duration = (d as { duration?: string | null }).duration
  if (duration) kept.time = [kept.time, duration].filter(Boolean).join(', ')
  if (p.progression) kept.progression = p.progression
  return kept
}
