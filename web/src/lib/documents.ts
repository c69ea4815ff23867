import { api } from './api'
import type { Doc, Signature } from './types'

/** Writes go through here: a new document, or a new version of one that the writer has seen. */
export function create<B>(
  episode: string,
  kind: string,
  body: B,
  parent?: string,
): Promise<Doc<B>> {
  const path = `/episodes/${episode}/documents/${kind}`
  return api.post<Doc<B>>(path, parent ? { body, parent_id: parent } : { body })
}

export function amend<B>(seen: Pick<Doc<B>, 'id' | 'version'>, body: B): Promise<Doc<B>> {
  return api.put<Doc<B>>(`/documents/${seen.id}`, { version: seen.version, body })
}

export function save<B>(
  episode: string,
  kind: string,
  seen: Doc<B> | null,
  body: B,
): Promise<Doc<B>> {
  return seen ? amend(seen, body) : create(episode, kind, body)
}

export function sign(seen: Pick<Doc, 'id' | 'version'>, name: string, credential: string) {
  return api.post<Signature>(`/documents/${seen.id}/sign`, {
    version: seen.version,
    name,
    credential,
  })
}

/** Marks a document as entered in error; with a signer where it was ever signed. */
export function withdraw(
  seen: Pick<Doc, 'id' | 'version'>,
  reason: string,
  signer?: { name: string; credential: string },
): Promise<Doc> {
  return api.post<Doc>(`/documents/${seen.id}/entered_in_error`, {
    version: seen.version,
    reason,
    ...signer,
  })
}

/** Without the empty optional fields, since the server refuses an empty text where none is meant. */
export function compact<T extends object>(body: T, optional: (keyof T)[]): T {
  const copy = { ...body }
  for (const key of optional) {
    const value = copy[key]
    if (value === undefined || value === null || value === '') delete copy[key]
  }
  return copy
}

/** A plain copy: reactive proxies must not travel. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

export const now = (): string => new Date().toISOString()
