/** Name and credential of whoever signed last on this device, offered again, never filled in for them. */
const KEY = 'engram-signer'

export function signerDefaults(): { name: string; credential: string } {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as {
      name?: string
      credential?: string
    }
    return { name: kept.name ?? '', credential: kept.credential ?? '' }
  } catch {
    return { name: '', credential: '' }
  }
}

export function rememberSigner(name: string, credential: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ name, credential }))
  } catch {
    // Then it is typed again next time.
  }
}
