/** What follows a name whose value is a folder or a file. */
const aPath = String.raw`["']?\s{0,3}[:=]\s{0,3}["']?\/`

/** What a name ends in whose value is a secret, whatever stands before it. None of the words is one by itself: `primary_key`, `bypass`. */
const words = [
  String.raw`(?<!by|com|sur|tres|over|under|tree|im|en)pass(?:word|wd|phrase|code|wort|key)?`,
  String.raw`(?:root|bind|admin)pw|(?<![a-z])(?:pw|sig|mdp|otp|jwt|dsn|creds?)`,
  String.raw`pwd(?!${aPath})|kennwort|wachtwoord|senha|mot[_-]?de[_-]?passe|contrase(?:ñ|n)a`,
  String.raw`secret(?:[_-]?(?:id|(?:access[_-]?)?key(?:[_-]?base)?))?|token(?:[_-]?secret)?|signature|credentials?|bearer`,
  String.raw`(?:api|access|account|auth|private|secret|signing|sign|encryption|encrypt|decryption|master|session|shared|storage|license|deploy|client|hmac|ssh|admin|write|ingest|integration|routing|subscription|webhook|bot|consumer|service[_-]?role|anon|application|maps?|fernet|vapid|logged[_-]?in|nonce)[_-]?keys?|(?<![a-z])(?:app|stripe|ping|hook)[_-]?keys?`,
  String.raw`(?:tls|ssl)[_-]key(?!${aPath})`,
  String.raw`client-key-data|session[_-]?id|phpsessid|jsessionid|authorization|auth|(?:set-)?cookie|connection[_-]?string|conn[_-]?str|webhook(?:[_-]?ur[il])?|connect\.sid|code[_-]?verifier|(?:recovery|backup)[_-]?codes?`,
  String.raw`pass(?:word)?[_-]?(?:hash|digest)|pepper|(?<=[a-z0-9][_-])salt`,
].join('|')

/** A name that ends in a word for a secret, or its end: `DB_PASS`, `dbPassword`, `X-Vault-Token`, `password2`. */
export const secretWord = String.raw`(?:${words})\d{0,2}`

/** What every name of a secret holds: a look that costs little, before those that cost more. */
export const secretStem =
  /pass|pw|secret|token|key|auth|cred|cookie|session|sessid|sig|dsn|jwt|otp|mdp|webhook|bearer|conn|contrase|kennwort|identified|digest|basic|wachtw|senha|verifier|[yp][_-]?code|pepper|salt|ssws/i

/** Headers whose whole value is a secret. */
export const headerName = String.raw`(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)`

/** What such a name says without telling a secret: states, as health checks and errors print them, and names that stand for a value. */
export const noSecret = String.raw`(?:(?:ok|up|down|(?:un)?healthy|true|false|null|nil|none|undefined|yes|no|on|off|(?:en|dis)abled|required|optional|missing|(?:in)?valid|expired|unset|empty|fail(?:ed|ure)?|error|success|(?:dis)?connected|(?:un)?available|(?:in)?active|unknown|not|md5|scram-sha-256|wrong|incorrect|denied|refused|redacted|masked|hidden)(?![\w.!@#%^&*+=/~-])|\d{1,3}(?![^\s,;)\]}])|[(<](?:none|null|empty|unset|not set|not shown|hidden|redacted)[^)>]{0,40}[)>]|\$\{\w{1,128}\}(?![^\s"',;)\]}])|(?:\*{3}|…)(?![^\s"'\x60,;:)\]}&]))`

/** Also as `dbPassword`, where only a capital divides. */
const camelEnd = /[a-z0-9](?:Pass(?:word|wd|phrase|code)?|Pwd|Secret|Token|Credentials?|Auth|Cookie|Signature|(?:[A-Z][a-z]+)?Key)$/
const camelKeys = /(?:Api|Access|Account|Auth|Private|Secret|Signing|Encryption|Master|Session|Shared|Client|Deploy)Key$/
const separate = new RegExp(String.raw`(?:^|[_.:-])(?:${secretWord})$|^${headerName}$`, 'i')

/** A key of structured data whose value is a secret whatever it looks like. */
export const isSecretKey = (key: string): boolean =>
  key.length <= 256 && secretStem.test(key) && (separate.test(key) || (camelEnd.test(key) && (!key.endsWith('Key') || camelKeys.test(key))))
