// What examples/deploy holds, as YAML says it.

import { readFileSync } from "node:fs";

import { parseAllDocuments } from "yaml";

const folder = new URL("../../../examples/deploy/", import.meta.url);

export const path = (file) => new URL(file, folder).pathname;

export const text = (file) => readFileSync(path(file), "utf8");

/** All documents of a file. */
export const documents = (file) =>
  parseAllDocuments(text(file), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
