#!/usr/bin/env node
// Writes docs/clinical/measures.md, every measure of every study but balance as the program itself explains it:
//   node tools/measures.mjs            prints the page
//   node tools/measures.mjs --write    writes it
// The test "commands" holds the page against a fresh one.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const program = process.env.ENGRAM_PROGRAM ?? path.join(root, 'build/engram')
const studies = [
  ['emg', 'Muscle signals', 'emg.md'],
  ['motion', 'Joint movement', 'motion.md'],
  ['strength', 'Strength', 'strength.md'],
  ['gait', 'Walking', 'gait.md'],
  ['function', 'Function tests', 'function-tests.md'],
]
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export function page() {
  const parts = [
    '# Every measure, by code',
    'Made by `tools/measures.mjs` from the catalogue in the program, so that the two cannot differ. What to do with a number is said in the pages named at each part; ' +
      'balance has its own: [balance.md](balance.md). "Better" is the direction of an improvement, where one can be named. Papers are cited for their definitions; norms and ' +
      'smallest detectable changes stand in `knowledge/`.',
  ]
  for (const [study, title, more] of studies) {
    const said = spawnSync(program, ['measure', study, '--explain', 'all', '--json'], { encoding: 'utf8' })
    if (said.status !== 0) throw new Error(`engram measure ${study} --explain all: ${said.stderr}`)
    const rows = said.stdout.trim().split('\n').map((line) => JSON.parse(line))
    parts.push(
      `## ${title}\n\n[What to do with it](${more}); \`engram measure ${study}\`.\n\n| code | measure | unit | better | definition | computed as | source |\n|---|---|---|---|---|---|---|\n` +
        rows.map((m) => `| \`${m.code}\` | ${[m.name, m.unit, m.better, m.definition, m.formula, m.source].map(cell).join(' | ')} |`).join('\n'),
    )
  }
  return parts.join('\n\n') + '\n'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(path.join(root, 'docs/clinical/measures.md'), page())
  else process.stdout.write(page())
}
