/** Tokens that carry a mark of their own, as their services document it, each with what may follow. */
const marks: readonly string[] = [
  // GitHub, whose installation tokens hold a JSON web token since 2026-04; GitLab.
  String.raw`gh[pousr]_[\w-]{16,}(?:\.[\w-]+)*|github_pat_\w{16,}`,
  String.raw`(?:glpat|gloas|gldt|glrt|glrtr|glcbt|glptt|glft|glimt|glagent|glsoat|glffct|glwt)-[\w.-]{16,}|GR1348941[\w-]{16,}|_gitlab_session=\S+`,
  // Clouds: AWS key ids, Google, Azure, DigitalOcean, Alibaba, Scaleway, Fly, Heroku, Cloudflare.
  String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])|ABSK[A-Za-z0-9+/]{60,}={0,2}|bedrock-api-key-[\w+/=-]{16,}|(?:F[Qw]oGZXIvYXdz|IQoJb3JpZ2lu)[\w+/=%-]{16,}`,
  String.raw`AIza[\w-]{30,}|GOCSPX-[\w-]{16,}|ya29\.[\w-]{16,}(?:\.[\w-]+)*|1\/\/0[\w-]{24,}|4\/0A[\w-]{30,}|AQ\.Ab[\w-]{20,}`,
  String.raw`[\w.~-]{3}[78]Q~[\w.~-]{30,}|do[opr]_v1_[0-9a-f]{16,}|[A-Za-z0-9+/]{40,90}(?:AZDO|JQQJ99|\+AS[tb]|\+ARm|ACDb|AzFu|AzSe)[A-Za-z0-9+/]{4,40}={0,2}|AQVN[\w-]{35,}|y[0-3]_[\w-]{50,}|t1\.[\w-]{40,}={0,2}\.[\w-]{80,}|LTAI[A-Za-z0-9]{16,}|SCW[A-Z0-9]{17}(?![A-Z0-9])`,
  String.raw`FlyV1 fm[12]r?_[\w+/=,-]{16,}|fm[12]r?_[A-Za-z0-9+/=]{24,}|fo1_[\w-]{20,}|HRKU-[\w-]{16,}|v1\.0-[0-9a-f]{24}-[0-9a-f]{32,}|cf(?:k|ut|at)_[\w-]{16,}`,
  // Money, mail and messages.
  String.raw`(?:sk|rk)_(?:live|test|prod)_\w{8,}|sk_org_\w{16,}|whsec_[\w+/=-]{16,}|sq0[a-z]{3}-[\w-]{16,}|access_token\$\w+\$\w+\$\w+|shp(?:at|ca|pa|ss|ua|it)_\w{16,}|FLWSECK(?:_TEST)?-[\w-]{12,}|EZ[AT]K[A-Za-z0-9]{40,}|rzp_(?:live|test)_\w{14,}|APP_USR-\d{10,}-[\w-]{30,}|access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}`,
  String.raw`SG\.[\w-]{10,}\.[\w-]{10,}|xkeysib-[\w-]{16,}|xsmtpsib-[\w-]{16,}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])|SK[0-9a-f]{32}|re_[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}|PM(?:AK|AT)-[0-9a-f]{16,}[\w-]*`,
  String.raw`xox[a-z](?:\.xox[a-z])?-[\w%+/-]{10,}|xapp-[\w-]{10,}|xwfp-[\w-]{10,}|\d{8,10}:AA[\w-]{32,}|[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,}`,
  // Registries and builds.
  String.raw`npm_[A-Za-z0-9]{16,}|pypi-[\w-]{16,}|rubygems_[0-9a-f]{16,}|dckr_(?:pat|oat)_[\w-]{8,}|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}(?![A-Za-z0-9])|jsr[ps]_\w{16,}|AKCp[A-Za-z0-9]{50,}|CLOJARS_[0-9a-f]{40,}|cmVmdGtuOj[\w+/=-]{20,}|uv_[A-Za-z0-9]{32,}`,
  String.raw`sq[paui]_[0-9a-f]{32,}|snyk_[\w.-]{16,}|lsv2_(?:pt|sk)_[0-9a-f]{32}\w*|wandb_v\d_\w{20,}|(?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|st\.[0-9a-f-]{24,36}\.[0-9a-f]{32}\.[0-9a-f]{32}|\d\/\d{10,20}(?:\/\d{10,20})?:[0-9a-f]{32}|A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}|CCI(?:PAT|PRJ)_\w{16,}|bkua_[0-9a-f]{16,}|bk[a-z]t?_[0-9a-f]{32,}|pul-[0-9a-f]{32,}|pnu_\w{32,}|ATATT3[\w=-]{16,}|ATCTT3[\w=-]{16,}|ATBB\w{24,}|nfp_\w{24,}|vc[piark]_\w{20,}|sbp_\w{24,}|sb_secret_[\w-]{16,}|pscale_(?:tkn|pw|oauth)_[\w.-]{16,}|mdb_sa_sk_\w{16,}|dapi[0-9a-f]{32}(?:-\d)?|dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{16,}|ops_eyJ[\w-]{16,}|tskey-[\w-]{16,}|napi_\w{24,}`,
  // Vaults, watching, and models.
  String.raw`hv[sbr]\.[\w-]{16,}|[sbr]\.AAAA[\w-]{16,}|(?<![A-Za-z0-9.])[sbr]\.[A-Za-z0-9]{24}(?![\w.])|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}|AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{10,}`,
  String.raw`gl(?:sa|c)_[\w+/=]{20,}|eyJrIjoi[\w-]{16,}=*|NR(?:AK|II|IQ|JS|BR)-[\w-]{16,}|sntry[su]_[\w+/=-]{16,}|dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{32,}|lin_(?:api|oauth)_\w{16,}|ntn_\w{24,}|secret_[A-Za-z0-9]{40,}|pat[A-Za-z0-9]{14}\.[0-9a-f]{32,}|fig[do]_[\w-]{20,}|hf_[A-Za-z0-9]{20,}|r8_\w{24,}|gsk_\w{24,}|nvapi-[\w-]{40,}|sk_[0-9a-f]{48}|xai-\w{24,}|pplx-\w{24,}|ddapi_\w{16,}|pat-[a-z]{2}\d-[0-9a-f-]{32,}`,
  String.raw`sk-(?=[\w-]{0,200}[A-Z0-9])(?:ant-|proj-|svcacct-|or-v1-|admin-|None-)?[\w-]{20,}|EAA[A-Za-z0-9]{30,}|CFPAT-[\w-]{20,}|sk\.eyJ[\w.-]{16,}|tfp_[\w-]{20,}|shippo_(?:live|test)_[0-9a-f]{16,}|duffel_(?:live|test)_[\w-]{20,}|rdme_\w{24,}|ory_(?:at|rt|st|pat|ac)_[\w.-]{16,}`,
  // JSON web tokens, and what frameworks sign and encrypt: sessions of Django and Flask, Fernet, Django's key.
  String.raw`eyJ[\w-]{8,}(?:\.[\w-]*){2,4}|\.?eJ[\w-]{20,}[.:][\w-]{5,8}[.:][\w-]{20,}|eyJ[\w-]{6,}:[A-Za-z0-9]{6}:[\w-]{20,}|gAAAAA[\w-]{60,}={0,2}|django-insecure-[^\s"'<>]{20,}`,
  // Passwords as databases, directories, frameworks and shells keep them.
  String.raw`\$(?:2[abxy]|5|6|7|y|gy|sm3|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|apr1|1)\$[\w./+=,$*-]{12,}|SCRAM-SHA-(?:1|256|512)\$\d+:[^\s"',]{8,}|(?:pbkdf2_sha\d+|bcrypt_sha256|argon2)\$[\w./+=,$-]{12,}|md5[0-9a-f]{32}(?![0-9a-f])|\$[PHS]\$[\w./]{30,}|\*[0-9A-F]{40}(?![0-9A-F])|scrypt:\d+:\d+:\d+\$[\w./+]+\$[0-9a-f]{64,}|pbkdf2:sha\d+(?::\d+)?\$[\w./+]+\$[0-9a-f]{40,}|\{(?:S?SHA(?:-?\d{3})?|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2\w*)\}[^\s"',]{16,}`,
]

/** The mark of a token whose end was cut off. */
const cut = String.raw`(?:gh[pousr]_|github_pat_|glpat-|(?:sk|rk)_(?:live|test)_|xox[a-z]-|xapp-|npm_|pypi-|dckr_[po]at_|hv[sbr]\.|AKIA|ASIA|AIza|SG\.|eyJ|AGE-SECRET-KEY-1|whsec_|sk-)[\w.-]{3,256}(?=…|\.\.\.)`

/** Marks that nothing else has count wherever they stand, the others at the beginning of a word: `TOKEN_npm_…`. */
const unmistakable = String.raw`gh[pousr]_[\w-]{16,}(?:\.[\w-]+)*|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abdeprs]-[\w%+/-]{10,}|AGE-SECRET-KEY-1[A-Z0-9]{10,}`
export const tokenMarks: RegExp = new RegExp(String.raw`(?<v>${unmistakable}|(?<![A-Za-z0-9])(?:${[...marks, cut].join('|')}))`, 'dg')

/** Addresses that anybody who knows them may post to. */
export const webhookAddresses: readonly RegExp[] = [
  String.raw`hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/(?<v>[\w/-]+)`,
  String.raw`discord(?:app)?\.com\/api(?:\/v\d+)?\/webhooks\/(?<v>[\w/-]+)`,
  String.raw`(?:webhook\.office\.com|outlook\.office(?:365)?\.com)\/webhook(?:b2)?\/(?<v>[^\s"'<>]+)`,
  String.raw`(?:logic\.azure\.com|api\.powerplatform\.com|powerautomate\.com)(?::\d+)?\/(?<v>[^\s"'<>]*(?:workflows|triggers|automations)\/[^\s"'<>]+)`,
  String.raw`chat\.googleapis\.com\/v1\/spaces\/(?<v>[^\s"'<>]+)`,
  String.raw`(?:hooks\.zapier\.com\/hooks\/catch|maker\.ifttt\.com\/trigger|hook\.[a-z0-9.]*make\.com|hook\.integromat\.com|hc-ping\.com|events\.pagerduty\.com\/integration|uptime\.betterstack\.com\/api\/v1\/heartbeat|uptime\.betteruptime\.com\/api\/v1\/heartbeat|api\.telegram\.org|webhook\.site|push\.statuscake\.com|open\.feishu\.cn\/open-apis\/bot\/v2\/hook|open\.larksuite\.com\/open-apis\/bot\/v2\/hook|cronitor\.link\/p|sns\.webhook)\/(?<v>[\w/.:=-]{4,})`,
  // Mattermost, Rocket.Chat and others at hosts of their own.
  String.raw`:\/\/[^\s/"'<>]{1,253}\/hooks\/(?<v>[\w/-]{16,})`,
].map((one) => new RegExp(one, 'dgi'))
