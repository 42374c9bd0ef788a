// Evaluates the rules of CustomResourceDefinitions as a Kubernetes API server does, with the same language but another
// implementation of it: @bufbuild/cel, found below the directory that is the only argument.
//
// In:  { schemas: { KIND: openAPIV3Schema }, objects: [{ now, old? }] }, each object of one of the kinds.
// Out: { rules: [{ kind, at, rule, error }], verdicts: [[{ at, rule, broken, error }]] }: every rule, with the error if it
//      cannot be parsed, and for each object every time that a rule was evaluated. at is a path in the schema, where [] is
//      for the items of a list and {} for the values of a map; an error is null where there is none.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from './url.mjs';

const require = createRequire(`${process.argv[2]}/`);
const { CelScalar, celEnv, celFunc, celMethod, isCelError, mapType, parse, plan } = require('@bufbuild/cel');
const { strings } = require('@bufbuild/cel/ext');

const { STRING, BOOL } = CelScalar;
const URL = mapType(STRING, STRING);

const environment = celEnv({
  funcs: [
    ...strings,
    celFunc('isURL', [STRING], BOOL, text => hostname(text) !== undefined),
    celFunc('url', [STRING], URL, text => {
      if (hostname(text) === undefined) throw new Error(`'${text}' is no URL`);
      return new Map([['hostname', hostname(text)]]);
    }),
    celMethod('getHostname', URL, [], STRING, function () { return this.get('hostname'); }),
  ],
});

const programs = new Map();

function program(rule) {
  if (!programs.has(rule)) programs.set(rule, plan(environment, parse(rule)));
  return programs.get(rule);
}

const under = (at, name) => at === '' ? name : `${at}.${name}`;

/** The schemas of the values that a value of this schema holds, each with its path. */
const parts = (schema, at) => [
  ...Object.entries(schema.properties ?? {}).map(([name, field]) => [field, under(at, name)]),
  ...schema.items ? [[schema.items, `${at}[]`]] : [],
  ...schema.additionalProperties ? [[schema.additionalProperties, `${at}{}`]] : [],
];

const rulesOf = schema => (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule);

function allRules(kind, schema, at = '') {
  const own = rulesOf(schema).map(rule => {
    try {
      program(rule);
      return { kind, at, rule, error: null };
    } catch (error) {
      return { kind, at, rule, error: error.message };
    }
  });
  return [...own, ...parts(schema, at).flatMap(([part, path]) => allRules(kind, part, path))];
}

/** The value as rules see it: nulls are absent, defaults filled in, whole numbers of type int, and sets without an order. */
function seen(schema, value) {
  if (Array.isArray(value)) {
    const items = value.map(item => seen(schema.items ?? {}, item));
    return schema['x-kubernetes-list-type'] === 'set' ? items.sort() : items;
  }
  if (typeof value === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, field, value[name] ?? field.default]);
    const values = schema.additionalProperties ? Object.entries(value).map(([name, item]) => [name, schema.additionalProperties, item]) : [];
    return Object.fromEntries([...fields, ...values].filter(([, , item]) => item != null).map(([name, type, item]) => [name, seen(type, item)]));
  }
  return Number.isInteger(value) ? BigInt(value) : value;
}

// Only the name of metadata is there for rules.
function whole(schema, { metadata, ...object }) {
  return { ...seen(schema, object), metadata: { name: metadata.name } };
}

/** The items of a list that there were before under the same keys. Those of other lists have no before. */
function before(schema, item, old) {
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : null;
  return keys ? old?.find(other => keys.every(key => other[key] === item[key])) : undefined;
}

/** A rule about a change says nothing about a value that there was not before. */
function evaluate(schema, self, oldSelf, at) {
  const own = rulesOf(schema).filter(rule => oldSelf !== undefined || !/\boldSelf\b/.test(rule)).map(rule => {
    const result = program(rule)({ self, oldSelf });
    return typeof result === 'boolean'
      ? { at, rule, broken: !result, error: null }
      : { at, rule, broken: false, error: isCelError(result) ? result.message : `is ${typeof result} instead of true or false` };
  });
  const below = Array.isArray(self) ? self.map(item => [schema.items ?? {}, item, before(schema, item, oldSelf), `${at}[]`])
    : typeof self !== 'object' ? []
    : Object.entries(self).map(([name, value]) => schema.properties?.[name]
      ? [schema.properties[name], value, oldSelf?.[name], under(at, name)]
      : [schema.additionalProperties ?? {}, value, oldSelf?.[name], `${at}{}`]);
  return [...own, ...below.flatMap(part => evaluate(...part))];
}

const { schemas, objects } = JSON.parse(readFileSync(0, 'utf8'));
const rules = Object.entries(schemas).flatMap(([kind, schema]) => allRules(kind, schema));
const verdicts = rules.some(rule => rule.error) ? [] : objects.map(({ now, old }) => {
  const schema = schemas[now.kind];
  return evaluate(schema, whole(schema, now), old ? whole(schema, old) : undefined, '');
});
process.stdout.write(JSON.stringify({ rules, verdicts }));
