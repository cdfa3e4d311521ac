import type { ApplicationSession } from './postgres-sessions.ts'

/** Everything of pg_catalog that statements name, by the kind of name. */
export const namesIn = (statements: readonly string[]) => {
  const all = statements.join('\n')
  const found = (pattern: RegExp): readonly string[] => [...new Set([...all.matchAll(pattern)].map((match) => match[1] ?? ''))].toSorted()
  return {
    functions: found(/pg_catalog\.(\w+)\(/g),
    operators: found(/OPERATOR\(pg_catalog\.([^)]+)\)/g),
    relations: found(/(?:FROM|JOIN) pg_catalog\.(\w+)(?![\w(])/g),
    types: found(/::pg_catalog\.(\w+)/g),
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Types of values that our statements compare, join and add up. */
const types = 'oid name text "char" int4 int8 float8 numeric timestamptz interval jsonb regclass xid'
  .split(' ')
  .map((one) => `pg_catalog.${one}`)
const seconds = ['pg_catalog.text', 'pg_catalog.int4', 'pg_catalog."char"']

const plpgsql = (schema: string, what: string, result: string): string =>
  `LANGUAGE plpgsql AS ${quoted(`BEGIN PERFORM ${schema}.trap(${quoted(what)}); RETURN ${result}; END`)}`

type Named = ReturnType<typeof namesIn>

/** With the arguments of the real one, and with types that the real one takes only by a cast. */
const functionsFor = async (session: ApplicationSession, schema: string, { functions }: Named): Promise<readonly string[]> => {
  const real =
    await session.query(`SELECT proname AS name, pg_get_function_identity_arguments(oid) AS args, pg_get_function_result(oid) AS result
    FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (ARRAY[${functions.map(quoted).join(', ')}])`)
  const create = (name: string, args: string, result: string, value: string) =>
    `CREATE FUNCTION ${schema}."${name}"(${args}) RETURNS ${result} ${plpgsql(schema, `function ${name}`, value)}`
  return [
    ...real.map(({ name, args, result }) => create(String(name), String(args), String(result), 'NULL')),
    ...functions.flatMap((name) =>
      types.flatMap((one) =>
        [one, `${one}, ${one}`, ...seconds.map((two) => `${one}, ${two}`)].map((args) => create(name, args, 'pg_catalog.text', quoted(''))),
      ),
    ),
  ]
}

const operatorsFor = (schema: string, { operators }: Named): readonly string[] => {
  const pairs = types.flatMap((left) => types.map((right) => ({ left, right })))
  return operators.flatMap((name, index) =>
    pairs.flatMap(({ left, right }) => [
      /^[<>=!~^]/.test(name)
        ? `CREATE FUNCTION ${schema}.operator_${index}(${left}, ${right}) RETURNS bool ${plpgsql(schema, `operator ${name}`, 'true')}`
        : `CREATE FUNCTION ${schema}.operator_${index}(${left}, ${right}) RETURNS ${left} ${plpgsql(schema, `operator ${name}`, '$1')}`,
      `CREATE OPERATOR ${schema}.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = ${schema}.operator_${index})`,
    ]),
  )
}

const relationsFor = (schema: string, { relations }: Named): readonly string[] =>
  relations.map(
    (name) => `CREATE VIEW ${schema}."${name}" AS SELECT * FROM pg_catalog."${name}" WHERE ${schema}.trap(${quoted(`view ${name}`)})`,
  )

const typesFor = (schema: string, { types: names }: Named): readonly string[] =>
  names.map((name) => `CREATE DOMAIN ${schema}."${name}" AS pg_catalog."${name}" CHECK (${schema}.trap(${quoted(`type ${name}`)}))`)

/** What cannot be made, for a pseudo-type or a system column, is left out; how many there are tells that enough could. */
const tryAll = `CREATE FUNCTION pg_temp.try_all(statements pg_catalog.text[]) RETURNS int LANGUAGE plpgsql AS $$ DECLARE one pg_catalog.text; made int := 0; BEGIN
  FOREACH one IN ARRAY statements LOOP BEGIN EXECUTE one; made := made + 1; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; RETURN made; END $$`

/**
 * Fills a schema with better matches for what is in pg_catalog: its functions, its operators, its views and tables, its types. Each writes its
 * name into `file` when it runs, also in a session that is read-only. Gives how many were made.
 */
export const fillSchema = async (
  session: ApplicationSession,
  schema: string,
  { file, ...named }: Named & { readonly file: string },
): Promise<number> => {
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${schema}; ${tryAll.replace('FUNCTION', 'OR REPLACE FUNCTION')}`)
  await session.query(`CREATE FUNCTION ${schema}.trap(what pg_catalog.text) RETURNS bool LANGUAGE plpgsql AS
    $t$ BEGIN EXECUTE pg_catalog.format('COPY (SELECT %L) TO PROGRAM %L', what, 'cat >> ${file}'); RETURN true; END $t$`)
  const statements = [
    ...(await functionsFor(session, schema, named)),
    ...operatorsFor(schema, named),
    ...relationsFor(schema, named),
    ...typesFor(schema, named),
  ]
  const [row] = await session.query(`SELECT pg_temp.try_all(ARRAY[${statements.map(quoted).join(', ')}]) AS made`)
  return Number(row?.['made'])
}
