export interface Still {
  flat: Record<string, number>
  anchor: unknown
  caption: string
}
export interface PoseExercise {
  id: string
  name: string
  yaw?: number
  crop: [number, number, number, number]
  active: string[]
  stills: number[]
  keys: { pose: unknown; hold_s?: number; move_s?: number; caption?: string; anchor?: unknown }[]
  [key: string]: unknown
}
export function svg(
  exercise: PoseExercise,
  frame: unknown,
  options?: { label?: string; arrow?: boolean; crop?: number[]; extra?: string },
): string
export function strip(exercise: PoseExercise, options?: { label?: string }): string
export function stills(exercise: PoseExercise): Still[]
export function poseAt(exercise: PoseExercise, seconds: number): unknown
export function play(
  element: SVGElement,
  exercise: PoseExercise,
  options?: { speed?: number; force?: boolean },
): { start(): void; stop(): void; seek(seconds: number): void }
