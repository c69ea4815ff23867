// A small JSON Schema validator (the keywords that serve/openapi.json and clinic/schema use), for the
// tests of the API. An unknown keyword is an error: a misspelt limit must not silently allow all.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './server.mjs'

const explains = new Set(['$schema', '$id', '$defs', '$comment', 'title', 'description', 'examples', 'example', 'default', 'format', 'x-refers', 'deprecated', 'then', 'else'])
const files = new Map()

/** The file of the source tree that a reference names: "schema/person.json" or, inside one, "common.json". */
function load(name) {
  const base = name.split('/').pop()
  if (!files.has(base)) files.set(base, JSON.parse(readFileSync(join(root, 'clinic/schema', base), 'utf8')))
  return files.get(base)
}

function at(document, pointer) {
  return pointer
    .split('/')
    .slice(1)
    .reduce((value, part) => value?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

const typeOf = (value) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value

const fits = (value, type) => {
  const is = typeOf(value)
  return is === type || (type === 'number' && is === 'integer')
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

/** The faults of `value` against `schema` of `document`, as "pointer: what is wrong"; empty if none. */
export function faults(document, schema, value, place = '') {
  if (schema === true || schema === undefined) return []
  if (schema === false) return [`${place}: nothing is allowed here`]
  const out = []
  const say = (text) => out.push(`${place || '/'}: ${text}`)
  const length = typeof value === 'string' ? [...value].length : 0
  const object = typeOf(value) === 'object'
  const number = typeof value === 'number'
  const rules = {
    $ref: (ref) => {
      const [file, pointer] = ref.split('#')
      const next = file ? load(file) : document
      const target = pointer ? at(next, pointer) : next
      if (target === undefined) throw new Error(`${ref} leads nowhere`)
      out.push(...faults(next, target, value, place))
    },
    type: (types) => [].concat(types).some((type) => fits(value, type)) || say(`is ${typeOf(value)}, expected ${types}`),
    enum: (list) => list.some((one) => same(one, value)) || say(`is ${JSON.stringify(value)}, expected one of ${JSON.stringify(list)}`),
    const: (one) => same(one, value) || say(`is ${JSON.stringify(value)}, expected ${JSON.stringify(one)}`),
    required: (names) => object && names.forEach((name) => name in value || say(`lacks "${name}"`)),
    properties: (list) => object && Object.entries(list).forEach(([name, one]) => name in value && out.push(...faults(document, one, value[name], `${place}/${name}`))),
    additionalProperties: (one) =>
      object && Object.keys(value).forEach((name) => name in (schema.properties ?? {}) || out.push(...faults(document, one, value[name], `${place}/${name}`))),
    items: (one) => Array.isArray(value) && value.forEach((item, i) => out.push(...faults(document, one, item, `${place}/${i}`))),
    minItems: (n) => !Array.isArray(value) || value.length >= n || say(`has fewer than ${n} items`),
    maxItems: (n) => !Array.isArray(value) || value.length <= n || say(`has more than ${n} items`),
    uniqueItems: (on) => !on || !Array.isArray(value) || new Set(value.map((one) => JSON.stringify(one))).size === value.length || say('holds something twice'),
    minLength: (n) => typeof value !== 'string' || length >= n || say(`is shorter than ${n}`),
    maxLength: (n) => typeof value !== 'string' || length <= n || say(`is longer than ${n}`),
    pattern: (text) => typeof value !== 'string' || new RegExp(text, 'u').test(value) || say(`does not match ${text}`),
    minimum: (n) => !number || value >= n || say(`is below ${n}`),
    maximum: (n) => !number || value <= n || say(`is above ${n}`),
    exclusiveMinimum: (n) => !number || value > n || say(`is not above ${n}`),
    exclusiveMaximum: (n) => !number || value < n || say(`is not below ${n}`),
    allOf: (list) => list.forEach((one) => out.push(...faults(document, one, value, place))),
    anyOf: (list) => {
      const tried = list.map((one) => faults(document, one, value, place))
      if (!tried.some((found) => found.length === 0)) out.push(...tried.reduce((a, b) => (b.length > 0 && b[0].length > (a[0] ?? '').length ? b : a), []), `${place || '/'}: fits none of ${list.length}`)
    },
    if: (condition) => {
      const branch = faults(document, condition, value, place).length === 0 ? schema.then : schema.else
      out.push(...faults(document, branch, value, place))
    },
  }
  for (const [keyword, argument] of Object.entries(schema)) {
    if (explains.has(keyword)) continue
    if (!(keyword in rules)) throw new Error(`the schema at ${place || '/'} has the unknown keyword "${keyword}"`)
    rules[keyword](argument)
  }
  return out
}
