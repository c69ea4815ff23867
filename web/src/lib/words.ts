import type { IconName } from './icons'
import type { Chip, Severity, State } from './types'

/** The states of care as a colleague calls them, in order. */
export const stateWords: Record<State, string> = {
  referred: 'Referred',
  intake: 'Intake under way',
  screened: 'Screened',
  hold: 'On hold: red flag',
  evaluating: 'Being evaluated',
  evaluated: 'Evaluated',
  goals_set: 'Goals set',
  plan_draft: 'Plan drafted',
  in_treatment: 'In treatment',
  discharged: 'Discharged',
}

export const stepWords: Record<string, string> = {
  intake: 'Begin the intake',
  screened: 'Finish screening',
  hold: 'Put on hold',
  evaluating: 'Begin the evaluation',
  evaluated: 'Close the evaluation',
  goals_set: 'Settle the goals',
  plan_draft: 'Finish the plan draft',
  in_treatment: 'Start treatment',
  discharged: 'Discharge',
}

export const severityWords: Record<Severity, string> = {
  complete: 'complete',
  severe: 'severe',
  moderate: 'moderate',
  mild: 'mild',
  outside: 'outside the norm',
  none: 'as it should be',
  unknown: 'not known',
}

/** Pattern of the body figure and of the key beside the word. */
export function severityMark(severity: Severity): '1' | '2' | '3' | 'un' | 'ok' {
  if (severity === 'complete' || severity === 'severe') return '3'
  if (severity === 'moderate') return '2'
  if (severity === 'mild' || severity === 'outside') return '1'
  return severity === 'unknown' ? 'un' : 'ok'
}

export const chipLook: Record<
  Chip['kind'],
  { kind: '' | 'orange' | 'stop' | 'dash'; icon?: IconName }
> = {
  stop: { kind: 'stop', icon: 'stop' },
  warn: { kind: 'orange', icon: 'warn' },
  info: { kind: '' },
  unknown: { kind: 'dash', icon: 'question' },
}

/** Units as people write them; knowledge keeps them in UCUM. */
export function unitWord(unit: string | undefined | null): string {
  if (!unit || unit === '1') return ''
  const known: Record<string, string> = {
    deg: '°',
    mm2: 'mm²',
    'mm2/s': 'mm²/s',
    'mm[Hg]': 'mmHg',
    '/min': 'a minute',
    '{#}': '',
    '{#}/min': 'a minute',
    '{score}': 'points',
    '{grade}': '',
    '#': '',
    '{points}': 'points',
    Cel: '°C',
    a: 'years',
    mo: 'months',
    wk: 'weeks',
    d: 'days',
    h: 'hours',
    '0/1': '',
  }
  return known[unit] ?? unit.replace(/[{}]/g, '')
}
