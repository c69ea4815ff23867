/** Numbers and dates as the pages say them: tabular, with a true minus, never more digits than help. */
export function number(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'not known'
  const size = Math.abs(value)
  const places = digits ?? (size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
  const text = value
    .toFixed(places)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
  const clean = digits === undefined ? text : value.toFixed(places)
  return /^-0(\.0*)?$/.test(clean) ? clean.slice(1) : clean.replace('-', '\u2212')
}

export function signed(value: number, digits?: number): string {
  return (value > 0 ? '+' : '') + number(value, digits)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "2026-11-03" or a date-time as "3 Nov", with the year when it is not `near`'s. */
export function day(text: string | null | undefined, near?: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? '')
  if (!match) return text ?? ''
  const [, year = '', month = '1', date = '1'] = match
  const same = (near ?? new Date().toISOString()).startsWith(year)
  return `${Number(date)} ${months[Number(month) - 1]}${same ? '' : ` ${year}`}`
}

export function longDay(text: string): string {
  const date = new Date(`${text.slice(0, 10)}T12:00:00Z`)
  if (Number.isNaN(date.getTime())) return text
  return date.toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  })
}

export function age(birth: string | undefined, today: string): number | null {
  const b = /^(\d{4})-(\d{2})-(\d{2})/.exec(birth ?? '')
  const t = /^(\d{4})-(\d{2})-(\d{2})/.exec(today)
  if (!b || !t) return null
  const years = Number(t[1]) - Number(b[1])
  return `${t[2]}${t[3]}` < `${b[2]}${b[3]}` ? years - 1 : years
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

export function initials(given?: string, family?: string): string {
  return `${given?.[0] ?? ''}${family?.[0] ?? ''}`.toUpperCase() || '?'
}

export function list(words: string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

/** Begins with a capital; a word in snake case becomes words. */
export function sentence(text: string): string {
  const words = / /.test(text) ? text : text.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  return size < 1e6 ? `${number(size / 1e3, 0)} kB` : `${number(size / 1e6, 1)} MB`
}
