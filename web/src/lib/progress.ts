import type { Norm } from './types'

export interface Trend {
  code: string
  name: string
  unit?: string
  side?: string | null
  better?: string
  points: { date: string; value: number; entry_id?: string; phase?: string }[]
  mdc?: number | null
  mdc_interval?: string | null
  norm?: Norm | null
  goal?: { target: number; due_on?: string } | null
  condition?: string
  /** +1 better, -1 worse, 0 equal or no better side. */
  direction?: number
  /** The change that people notice, where one is known, and whether it was reached. */
  mcid?: number
  important?: boolean
  verdict?: string
  text?: string
}
export interface GasGoal {
  id: string
  text: string
  weight: number
  attained: number | null
}
export interface Progress {
  measures: Trend[]
  gas: { t_score: number | null; n?: number; goals: GasGoal[] }
  visits: {
    date: string
    minutes?: Record<string, number>
    repetitions?: number
    successes?: number | null
  }[]
}
