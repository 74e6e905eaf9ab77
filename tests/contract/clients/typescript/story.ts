// The story: what a program does with the API, through a client made of the document alone.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";

import type { paths } from "./api.js";

const key = process.env.DEBATEBASE_KEY;
const options = {
  baseUrl: process.argv[2],
  headers: key ? { Authorization: `Bearer ${key}` } : {},
};
// Whole records and sparse ones are told apart by their media type, so each has its client.
const api = createClient<paths, "application/json" | "application/problem+json">(options);
const sparse = createClient<paths, "application/vnd.debatebase.sparse+json">(options);

/** The answer of a call that has to go well. */
function done<T>(call: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  assert.ok(call.data != null, `${call.response.status}: ${JSON.stringify(call.error)}`);
  return call.data;
}

const topics = done(await api.GET("/v1/topics", { params: { query: { tag: "llama", limit: 5 } } }));
assert.ok(topics.data.length > 0);
const first = topics.data[0]!;

const titles = done(
  await sparse.GET("/v1/topics", {
    params: { query: { tag: "llama", limit: 5, fields: ["title"] } },
  }),
);
assert.deepEqual(titles.data[0], { title: first.title });

const outline = done(
  await api.GET("/v1/topics/{topic}/outline", {
    params: { path: { topic: first.slug }, query: { depth: 2 } },
  }),
);
assert.equal(outline.topic.title, first.title);
assert.ok(outline.positions.length > 0);

const made = await api.POST("/v1/topics", {
  body: { slug: "a-typescript-client", title: "Can a TypeScript client use this?", tags: ["clients"] },
});
const topic = done(made);
const path = { topic: topic.slug };
const created = made.response.headers.get("ETag");
assert.ok(created);

const position = done(
  await api.POST("/v1/topics/{topic}/positions", { params: { path }, body: { statement: "It can." } }),
);
const argument = done(
  await api.POST("/v1/topics/{topic}/arguments", {
    params: { path },
    body: {
      claim: "It has just done so.",
      supports: [{ position: position.slug }],
      citations: [
        { source: "open-source-llama-essay", exact: "Open source is a means, not an end." },
      ],
    },
  }),
);
const quotes = done(
  await api.GET("/v1/topics/{topic}/citations", {
    params: { path, query: { argument: argument.slug } },
  }),
);
const backs = quotes.data[0]!.backs;
assert.ok("argument" in backs);
assert.equal(backs.argument, argument.slug);

// A merge patch says what changes; `null` takes away.
const patched = done(
  await api.PATCH("/v1/topics/{topic}", {
    params: { path, header: { "If-Match": created } },
    body: { summary: "Yes.", origin: null },
    headers: { "Content-Type": "application/merge-patch+json" },
  }),
);
assert.equal(patched.version, topic.version + 1);

const stale = await api.PATCH("/v1/topics/{topic}", {
  params: { path, header: { "If-Match": created } },
  body: { summary: "No." },
});
assert.equal(stale.response.status, 412);
assert.equal(stale.error?.code, "precondition-failed");

const misquoted = await api.POST("/v1/topics/{topic}/citations", {
  params: { path },
  body: { source: "open-source-llama-essay", backs: { topic: topic.slug }, exact: "Not in it." },
});
assert.equal(misquoted.response.status, 409);
assert.equal(misquoted.error?.code, "does-not-fit");
assert.equal(misquoted.error?.errors?.[0]?.code, "quote-not-found");

const gone = await api.DELETE("/v1/topics/{topic}", { params: { path } });
assert.equal(gone.response.status, 204);
const missing = await api.GET("/v1/topics/{topic}", { params: { path } });
assert.equal(missing.error?.code, "not-found");

console.log("the TypeScript client has told its story");
