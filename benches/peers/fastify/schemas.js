// What is asked and answered.
const text = { type: 'string' }
const number = { type: 'integer' }
const time = { type: 'string', format: 'date-time' }
const nullable = { type: 'string', nullable: true }
const list = (items) => ({ type: 'array', items })
const refer = (name) => ({ $ref: `${name}#` })

function object(properties, ...optional) {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) }
}

export const shared = [
  {
    $id: 'topic',
    ...object({
      id: text, slug: text, title: text, summary: text, tags: list(text), language: text, status: text, origin: {},
      version: number, created_at: time, updated_at: time,
    }),
  },
  {
    $id: 'argument',
    ...object({
      id: text, topic_id: text, slug: text, claim: text, body: text, language: text, origin: {}, version: number,
      created_at: time, updated_at: time,
    }),
  },
  { $id: 'page', ...object({ next_cursor: nullable }) },
  { $id: 'citation', ...object({ id: text, slug: text, source: text, exact: text, start: number, end: number }) },
  {
    $id: 'outline-argument',
    ...object({
      id: text, slug: text, claim: text, repeated: { type: 'boolean' }, body: text, language: text,
      citations: list(refer('citation')), relations: list(refer('outline-relation')),
    }, 'body', 'language'),
  },
  {
    $id: 'outline-relation',
    ...object({
      id: text, slug: text, kind: text, scheme: nullable, symmetric: { type: 'boolean' }, citations: list(refer('citation')),
      premises: list(refer('outline-argument')), relations: list(refer('outline-relation')),
    }),
  },
]

const outlined = object({
  topic: refer('topic'),
  revision: number,
  citations: list(refer('citation')),
  positions: list(object({
    id: text, slug: text, statement: text, summary: text, rank: number, citations: list(refer('citation')),
    relations: list(refer('outline-relation')),
  })),
  unplaced: object({ arguments: list(refer('outline-argument')), relations: list(refer('outline-relation')) }),
})

const hit = object({
  kind: text, id: text, slug: text, url: text, topic: object({ id: text, slug: text, title: text }), title: text,
  place: object({ html: text }), rank: { type: 'number' },
})

const params = object({ topic: text })
const answer = (schema, status = 200) => ({ response: { [status]: schema } })

export const listTopics = {
  querystring: { type: 'object', properties: { limit: { ...number, minimum: 1, maximum: 100, default: 20 }, cursor: text } },
  ...answer(object({ data: list(refer('topic')), page: refer('page') })),
}

export const findTopic = { params, ...answer(refer('topic')) }

export const patchTopic = {
  params,
  body: {
    type: 'object',
    properties: {
      title: { ...text, minLength: 1, maxLength: 1000 }, summary: { ...text, maxLength: 50000 }, tags: list(text),
    },
  },
  ...answer(refer('topic')),
}

export const outline = { params, ...answer(outlined) }

export const createArgument = {
  params,
  body: object({
    claim: { ...text, minLength: 1, maxLength: 1000 }, body: { ...text, maxLength: 50000, default: '' }, language: text,
  }, 'body', 'language'),
  ...answer(refer('argument'), 201),
}

export const search = {
  querystring: object({ q: { ...text, maxLength: 10000 } }),
  ...answer(object({ data: list(hit), page: refer('page') })),
}
