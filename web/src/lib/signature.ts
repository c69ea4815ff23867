import type { Doc, Signature } from './types'

/** The signature of this version that holds; undefined if there is none or the version was changed. */
export function signatureOf(doc: Doc<unknown> | null | undefined): Signature | undefined {
  if (!doc?.signature || doc.signature_problem) return undefined
  return (doc.signature.body as Signature | undefined) ?? doc.signature
}

export const isSigned = (doc: Doc<unknown> | null | undefined) => !!signatureOf(doc)

/** The stored text differs from what was signed. */
export const isChanged = (doc: Doc<unknown> | null | undefined) => !!doc?.signature_problem
