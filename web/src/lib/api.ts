/** The only door to the server: same origin, cookie, our header on every write, errors as values. */
import { mayAsk } from './handover.svelte'

export interface Problem {
  pointer?: string
  reason?: string
  remedy?: string
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
    readonly where = '',
    readonly remedy = '',
    readonly problems: Problem[] = [],
    readonly body: unknown = null,
  ) {
    super(text)
  }
}

interface ErrorBody {
  error?: {
    code?: string
    text?: string
    where?: string
    remedy?: string
    problems?: Problem[]
  }
}

async function fail(response: Response, method: string): Promise<never> {
  let body: (ErrorBody & Record<string, unknown>) | null = null
  try {
    body = (await response.json()) as ErrorBody & Record<string, unknown>
  } catch {
    body = null
  }
  const error = body?.error
  const texts: Record<number, string> = {
    401: 'This browser has no key to this Engram.',
    403: 'Engram refused this request.',
    404: 'There is nothing here.',
    409: 'Somebody changed this while you were writing.',
    413: 'That is larger than Engram takes.',
  }
  const remedies: Record<number, string> = {
    401: 'Open the start address that `engram serve` printed.',
    409: 'Nothing of yours was saved or lost: what you typed is still here. Load the newer version, then save again.',
  }
  // A new version is refused for one reason only: it is not written upon the newest. Other
  // conflicts (there is one already, signed already) have words of their own.
  const stale = response.status === 409 && method === 'PUT'
  throw new ApiError(
    response.status,
    error?.code ?? String(response.status),
    stale
      ? (texts[409] ?? '')
      : (error?.text ?? texts[response.status] ?? `Engram answered ${response.status}.`),
    response.status === 409 ? '' : (error?.where ?? ''),
    stale
      ? (remedies[409] ?? '')
      : (error?.remedy ?? remedies[response.status] ?? ''),
    error?.problems ?? [],
    body,
  )
}

async function request<T>(
  method: string,
  path: string,
  body?: BodyInit,
  type?: string,
  as: 'json' | 'bytes' = 'json',
): Promise<T> {
  if (!mayAsk(method, path))
    throw new ApiError(0, 'handed-over', 'The tablet is handed over.', '', 'Take it back first.')
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-Engram'] = '1'
  if (type) headers['Content-Type'] = type
  let response: Response
  try {
    response = await fetch(`/api${path}`, { method, headers, body, credentials: 'same-origin' })
  } catch {
    throw new ApiError(
      0,
      'unreachable',
      'Engram does not answer.',
      '',
      'Check that `engram serve` is running. What you typed is kept in this tab.',
    )
  }
  if (!response.ok) await fail(response, method)
  if (as === 'bytes') return (await response.blob()) as T
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

export const api = {
  get: <T>(path: string) => request<T>('GET', path),
  post: <T>(path: string, body: unknown) =>
    request<T>('POST', path, JSON.stringify(body), 'application/json'),
  put: <T>(path: string, body: unknown) =>
    request<T>('PUT', path, JSON.stringify(body), 'application/json'),
  upload: <T>(path: string, bytes: Blob) =>
    request<T>('POST', path, bytes, 'application/octet-stream'),
  /** Sends bytes and gets bytes back. */
  download: (path: string, bytes: Blob) =>
    request<Blob>('POST', path, bytes, 'application/octet-stream', 'bytes'),
}

export function query(values: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}

export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(0, 'page', thrown instanceof Error ? thrown.message : String(thrown))
}
