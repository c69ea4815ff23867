/**
 * Unsaved typing that survives a reload: kept in this tab's session storage until the server has
 * acknowledged the write, then cleared. Call it while a component is being set up.
 */
/** Empty places that a form made ready do not count as typing. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (!value || typeof value !== 'object') return value === '' ? null : value
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, bare(inner)] as const)
    .filter(
      ([, inner]) =>
        inner !== null &&
        inner !== undefined &&
        !(typeof inner === 'object' && !Array.isArray(inner) && Object.keys(inner).length === 0),
    )
  return Object.fromEntries(kept)
}
const essence = (text: string): string => JSON.stringify(bare(JSON.parse(text)))

export interface Draft<T> {
  value: T
  restored: boolean
  clear(next?: T): void
}

export function useDraft<T extends object>(key: string, initial: () => T): Draft<T> {
  const name = `engram-draft:${key}`
  let kept: T | null = null
  try {
    const text = sessionStorage.getItem(name)
    kept = text ? (JSON.parse(text) as T) : null
  } catch {
    kept = null
  }
  const fresh = initial()
  const start = JSON.stringify(fresh)
  let baseline = start
  const box = $state<{ value: T; restored: boolean }>({
    value: kept ? { ...fresh, ...kept } : fresh,
    restored: kept !== null,
  })
  $effect(() => {
    const text = JSON.stringify(box.value)
    try {
      if (text === baseline || essence(text) === essence(baseline)) sessionStorage.removeItem(name)
      else sessionStorage.setItem(name, text)
    } catch {
      // Storage may be full or forbidden; the page still works, it only forgets on a reload.
    }
  })
  return {
    get value() {
      return box.value as T
    },
    set value(next: T) {
      box.value = next
    },
    get restored() {
      return box.restored
    },
    clear(next?: T) {
      const after = next ?? initial()
      baseline = JSON.stringify(after)
      box.value = after
      box.restored = false
      try {
        sessionStorage.removeItem(name)
      } catch {
        // as above
      }
    },
  }
}
