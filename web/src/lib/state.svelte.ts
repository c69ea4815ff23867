import { api } from './api'
import { Loading } from './load.svelte'
import type { Chart, Status } from './types'

/** The program's own state: version, site, today's date in the site's time zone. */
export const status = new Loading<Status>()
export const loadStatus = () => status.run(() => api.get<Status>('/status'))

/** Today as the site counts it; the browser's own date only until the server has answered. */
export function today(): string {
  return status.data?.today ?? new Date().toLocaleDateString('sv-SE')
}

/** The chart of the episode in the address. One at a time; every page of the person reads it. */
class ChartStore extends Loading<Chart> {
  id = $state('')

  async open(id: string): Promise<void> {
    if (id !== this.id) {
      this.id = id
      this.data = null
    }
    await this.refresh()
  }

  async refresh(): Promise<Chart | null> {
    const id = this.id
    return this.run(() => api.get<Chart>(`/episodes/${id}`))
  }
}

export const chart = new ChartStore()

/** Knowledge tables are read once a visit; they change only with the program. */
const tables = new Map<string, Promise<unknown>>()
export function knowledge<T>(table: string): Promise<T> {
  let found = tables.get(table)
  if (!found) {
    found = api.get<unknown>(`/knowledge/${table}`)
    tables.set(table, found)
    found.catch(() => tables.delete(table))
  }
  return found as Promise<T>
}

/** A knowledge answer is a list, or an object that holds one under some name. */
export function rows<T>(answer: unknown): T[] {
  if (Array.isArray(answer)) return answer as T[]
  if (answer && typeof answer === 'object') {
    for (const value of Object.values(answer)) if (Array.isArray(value)) return value as T[]
  }
  return []
}
