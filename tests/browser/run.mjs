// The browser suite: `node run.mjs [WORD]` runs the parts whose name holds the word.
import { codes } from './codes.mjs'
import { layout } from './layout.mjs'
import { failed } from './support.mjs'
import { pages } from './pages.mjs'
import { path } from './path.mjs'
import { studies } from './studies.mjs'

const word = process.argv[2] ?? ''
const parts = { codes, layout, pages, path, studies }
const chosen = Object.entries(parts).filter(([name]) => !word || `browser ${name}`.includes(word))
for (const [, part] of chosen) await part()
process.exit(failed() ? 1 : 0)
