// What would answer in the program's place: Fastify over node-postgres, as their documentation has it.
//
// The tables, the addresses and the answers are the program's; drafts are never shown, and there are
// no ETags. A process for each core; every answer has a schema, which makes the JSON of it; every
// statement has a name, so that it is prepared once for a connection; and statements that do not wait
// for each other are sent together.
import cluster from 'node:cluster'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import Fastify from 'fastify'
import pg from 'pg'
import { v7 as uuid7 } from 'uuid'
import { nest } from './outline.js'
import * as schemas from './schemas.js'
import * as sql from './sql.js'

const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

// Counters stay far below what a number holds.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

function serve() {
  const pool = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    max: Number(process.env.POOL_SIZE),
    idleTimeoutMillis: 0,
    pipeline: true,
  })
  const app = Fastify()
  app.addHook('onClose', () => pool.end())
  for (const schema of schemas.shared) app.addSchema(schema)

  const writes = { onRequest: (request) => authorize(pool, request) }

  app.get('/v1/topics', { schema: schemas.listTopics }, async (request) => {
    const { limit, cursor } = request.query
    const after = cursor ? uuidOf(Buffer.from(cursor, 'base64url')) : LAST
    const rows = await all(pool, sql.topics, [after, limit + 1])
    const data = rows.slice(0, limit)
    const last = rows.length > limit ? bytesOf(data.at(-1).id).toString('base64url') : null
    return { data, page: { next_cursor: last } }
  })

  app.get('/v1/topics/:topic', { schema: schemas.findTopic }, async (request) => one(pool, sql.topic, [request.params.topic]))

  app.patch('/v1/topics/:topic', { schema: schemas.patchTopic, ...writes }, async (request) => {
    const { title, summary, tags } = request.body
    return one(pool, sql.patchTopic, [request.params.topic, title, summary, tags])
  })

  app.get('/v1/topics/:topic/outline', { schema: schemas.outline }, (request) =>
    using(pool, async (client) => {
      const topic = await one(client, sql.topicAndRevision, [request.params.topic])
      const below = [sql.positions, sql.args, sql.relations, sql.citations]
      return nest(topic, ...(await Promise.all(below.map((statement) => all(client, statement, [topic.id])))))
    }))

  app.post('/v1/topics/:topic/arguments', { schema: schemas.createArgument, ...writes }, async (request, reply) => {
    const { claim, body, language } = request.body
    const wanted = slug(claim)
    const candidates = [wanted, ...Array.from({ length: 49 }, (_, n) => `${wanted}-${n + 2}`)]
    const made = await transaction(pool, async (client) => {
      const topic = await one(client, sql.lockTopic, [request.params.topic])
      const taken = new Set((await all(client, sql.taken, [topic.id, candidates])).map((row) => row.slug))
      const free = candidates.find((it) => !taken.has(it)) ?? `${wanted}-${randomBytes(4).toString('hex')}`
      const [row] = await Promise.all([
        one(client, sql.insertArgument, [uuid7(), topic.id, free, claim, body, language ?? topic.language]),
        all(client, sql.advance, [topic.id]),
      ])
      return row
    })
    reply.code(201).header('Location', `/v1/topics/${request.params.topic}/arguments/${made.slug}`)
    return made
  })

  app.get('/v1/search', { schema: schemas.search }, async (request) => {
    const rows = await all(pool, sql.search, [request.query.q])
    return { data: rows.map(hit), page: { next_cursor: null } }
  })

  return app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
}

async function all(client, statement, values) {
  return (await client.query({ ...statement, values })).rows
}

async function one(client, statement, values) {
  const [row] = await all(client, statement, values)
  if (!row) throw refused(404)
  return row
}

async function using(pool, work) {
  const client = await pool.connect()
  try {
    return await work(client)
  } finally {
    client.release()
  }
}

function transaction(pool, work) {
  return using(pool, async (client) => {
    try {
      await client.query('begin')
      const done = await work(client)
      await client.query('commit')
      return done
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  })
}

// The key of a caller who may write: dbk_ID_SECRET and a checksum, in base 62.
async function authorize(pool, request) {
  const token = /^Bearer dbk_([0-9A-Za-z]{22})_([0-9A-Za-z]{22})([0-9A-Za-z]{22})[0-9A-Za-z]{6}$/.exec(request.headers.authorization)
  if (!token) throw refused(401)
  const [id, ...secret] = token.slice(1).map(bytesOfDigits)
  const [key] = await all(pool, sql.key, [uuidOf(id)])
  const digest = createHash('sha256').update(Buffer.concat(secret)).digest()
  if (!key || !timingSafeEqual(digest, key.secret_sha256)) throw refused(401)
  if (!key.scopes.includes('write')) throw refused(403)
}

function refused(statusCode) {
  return Object.assign(new Error(), { statusCode })
}

function bytesOfDigits(digits) {
  let value = 0n
  for (const digit of digits) value = value * 62n + BigInt(DIGITS.indexOf(digit))
  return Buffer.from(BigInt.asUintN(128, value).toString(16).padStart(32, '0'), 'hex')
}

function bytesOf(uuid) {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

function uuidOf(bytes) {
  const hex = bytes.toString('hex')
  if (hex.length !== 32) throw refused(400)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function slug(text) {
  const plain = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'argument'
  return words.length <= 80 ? words : words.slice(0, 81).replace(/-[^-]*$/, '').slice(0, 80)
}

function hit(row) {
  const address = `/v1/topics/${row.topic_slug}`
  return {
    kind: row.kind,
    id: row.id,
    slug: row.slug,
    url: row.kind === 'topic' ? address : `${address}/${row.kind}s/${row.slug}`,
    topic: { id: row.topic_id, slug: row.topic_slug, title: row.topic_title },
    title: row.title,
    place: { html: row.html },
    rank: row.rank,
  }
}

if (cluster.isPrimary) {
  for (let n = 0; n < availableParallelism(); n++) cluster.fork()
  // Without one of them, what is measured would be less.
  cluster.on('exit', () => process.exit(1))
} else {
  await serve()
}
