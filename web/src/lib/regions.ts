/** The body regions by name, for fingers and eyes that the figure is too small for. */
import body from './body.json'

export interface RegionRow {
  name: string
  /** One region, or the two of a pair, right first as the figure shows it from the front. */
  places: { id: string; side: string; full: string }[]
}
export interface RegionSide {
  side: 'Front' | 'Back'
  groups: { name: string; rows: RegionRow[] }[]
}

const groupOf: Record<string, string> = {
  head: 'Head and neck',
  neck: 'Head and neck',
  chest: 'Trunk',
  abdomen: 'Trunk',
  'upper-back': 'Trunk',
  'lower-back': 'Trunk',
  shoulder: 'Arm and hand',
  'upper-arm': 'Arm and hand',
  elbow: 'Arm and hand',
  forearm: 'Arm and hand',
  wrist: 'Arm and hand',
  hand: 'Arm and hand',
}
const order = ['Head and neck', 'Trunk', 'Arm and hand', 'Hip, leg and foot']

function sideOf(side: 'Front' | 'Back', parts: { id: string; name: string }[]): RegionSide {
  const rows = new Map<string, RegionRow & { group: string }>()
  for (const { id, name } of parts) {
    const [, base = id, which = ''] = /^(.*?)(?:-(left|right))?-(?:front|back)$/.exec(id) ?? []
    const plain = name.replace(/^(Left|Right) /, '')
    const row = rows.get(base) ?? {
      name: plain.charAt(0).toUpperCase() + plain.slice(1),
      group: groupOf[base] ?? 'Hip, leg and foot',
      places: [],
    }
    const word = which === 'left' ? 'Left' : which === 'right' ? 'Right' : row.name
    row.places.push({ id, side: word, full: `${name}, ${side.toLowerCase()}` })
    row.places.sort((a, b) => b.side.localeCompare(a.side))
    rows.set(base, row)
  }
  const all = [...rows.values()]
  return {
    side,
    groups: order.map((name) => ({
      name,
      // The head stands above the neck, whichever the drawing names first.
      rows: all
        .filter((row) => row.group === name)
        .sort((a, b) => Number(b.name === 'Head') - Number(a.name === 'Head')),
    })),
  }
}

export const regionSides: RegionSide[] = [
  sideOf('Front', body.front),
  sideOf('Back', body.back),
]

/** The region's name; front or back is said where both views have one of that name. */
const views = new Map<string, number>()
for (const part of [...body.front, ...body.back])
  views.set(part.name, (views.get(part.name) ?? 0) + 1)
export const regionNames = new Map(
  [
    ...body.front.map((part) => ({ ...part, view: 'front' })),
    ...body.back.map((part) => ({ ...part, view: 'back' })),
  ].map((part) => [
    part.id,
    (views.get(part.name) ?? 0) > 1 ? `${part.name} (${part.view})` : part.name,
  ]),
)
