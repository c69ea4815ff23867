/** What a screen reader is told when the page changes by itself: a verdict, something saved. */
export const live = $state({ text: '' })

/** Says one sentence, politely; the same sentence twice is said twice. */
export function announce(text: string): void {
  live.text = ''
  requestAnimationFrame(() => (live.text = text))
}
