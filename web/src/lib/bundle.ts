/** Several files as one (io/format/bundle.h): POSIX ustar. */
const BLOCK = 512

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  block.set(new TextEncoder().encode(name).slice(0, 99), 0)
  put(100, octal(0o644, 7))
  put(108, octal(0, 7))
  put(116, octal(0, 7))
  put(124, octal(size, 11))
  put(136, octal(0, 11))
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\0')
  put(263, '00')
  put(
    148,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  )
  return block
}

/** One file stays as it is; several become a bundle named after the one that a header's name ends. */
export function bundle(files: File[]): File {
  const [first] = files
  if (files.length === 1 && first) return first
  const parts: BlobPart[] = []
  for (const file of files) {
    parts.push(header(file.name, file.size) as BlobPart, file)
    parts.push(new Uint8Array((BLOCK - (file.size % BLOCK)) % BLOCK))
  }
  parts.push(new Uint8Array(2 * BLOCK))
  const lead = files.find((file) => /\.(hea|vhdr)$/i.test(file.name)) ?? first
  return new File(parts, `${lead?.name ?? 'recording'}.tar`)
}
