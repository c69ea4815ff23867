import type { PoseExercise } from './figure'
import own from './poses.json'
import { table } from './knowledge'

/** Poses drawn by us: twelve travel with the pages, more come with the knowledge of the program. */
const bundled = own.exercises as unknown as PoseExercise[]

type Tree = { [key: string]: unknown }

/** Swaps the person's left and right, so that one drawing shows both sides. */
export function mirrored(exercise: PoseExercise): PoseExercise {
  const swapKeys = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(swapKeys)
    if (!value || typeof value !== 'object') return value
    const out: Tree = {}
    for (const [key, inner] of Object.entries(value as Tree)) {
      out[key === 'L' ? 'R' : key === 'R' ? 'L' : key] = swapKeys(inner)
    }
    return out
  }
  const name = (text: string) =>
    text.replace(/^([LR])\./, (_, s: string) => (s === 'L' ? 'R.' : 'L.'))
  const flip = (at: unknown) => (Array.isArray(at) ? [-(at[0] as number), at[1], at[2]] : at)
  const anchor = (a: unknown): unknown => {
    if (!a || typeof a !== 'object') return a
    const old = a as Tree
    const next: Tree = { ...old }
    if (old.foot) next.foot = old.foot === 'L' ? 'R' : 'L'
    if (old.at) next.at = flip(old.at)
    if (old.pelvis) next.pelvis = flip(old.pelvis)
    return next
  }
  // Turning, and leaning to a side, change sign; sides that are named swap.
  const signs = (pose: unknown): unknown => {
    const p = swapKeys(pose) as Tree
    for (const part of ['trunk', 'head']) {
      const t = p[part] as Tree | undefined
      if (t)
        p[part] = {
          ...t,
          ...('side' in t ? { side: -(t.side as number) } : {}),
          ...('turn' in t ? { turn: -(t.turn as number) } : {}),
        }
    }
    return p
  }
  const [x, y, w, h] = exercise.crop
  const copy: PoseExercise = {
    ...exercise,
    yaw: -(exercise.yaw ?? 0),
    crop: [-x - w, y, w, h],
    active: exercise.active.map(name),
    keys: exercise.keys.map((key) => ({
      ...key,
      pose: signs(key.pose),
      ...(key.anchor ? { anchor: anchor(key.anchor) } : {}),
    })),
  }
  copy.anchor = anchor(exercise.anchor)
  const trail = exercise.trail as { joint: string } | undefined
  if (trail) copy.trail = { ...trail, joint: name(trail.joint) }
  const props = exercise.props as { boxes: [number[], number[], string?][] }[] | undefined
  if (props) {
    copy.props = props.map((p) => ({
      ...p,
      boxes: p.boxes.map(([a, b, tone]) => [
        [-(b[0] ?? 0), a[1], a[2]],
        [-(a[0] ?? 0), b[1], b[2]],
        ...(tone ? [tone] : []),
      ]),
    }))
  }
  return copy
}

export async function poseOf(
  id: string,
  side: 'left' | 'right' = 'right',
): Promise<PoseExercise | null> {
  let found = bundled.find((p) => p.id === id)
  if (!found) {
    try {
      found = (await table<PoseExercise>('poses')).find((p) => p.id === id)
    } catch {
      found = undefined
    }
  }
  if (!found) return null
  return side === 'left' ? mirrored(found) : found
}
