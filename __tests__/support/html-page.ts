import { renderGitHub } from './markdown.ts'

/** Near to a job's page at GitHub: its type sizes, tables and folded parts, in the reader's light or dark. */
const style = `
:root { color-scheme: light dark; --text: #1f2328; --muted: #59636e; --page: #f6f8fa; --card: #fff; --line: #d1d9e0; --row: #f6f8fa; --code: #818b981f; --link: #0969da }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f6fc; --muted: #9198a1; --page: #010409; --card: #0d1117; --line: #3d444d; --row: #151b23; --code: #656c7633; --link: #4493f8 }
}
* { box-sizing: border-box }
body { margin: 0; padding: 24px 16px; background: var(--page); color: var(--text);
  font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; overflow-wrap: break-word }
main { max-width: 980px; margin: 0 auto; padding: 24px 32px; background: var(--card); border: 1px solid var(--line); border-radius: 6px }
header { max-width: 980px; margin: 0 auto 8px; color: var(--muted); font-size: 14px }
h1, h2, h3, h4 { margin: 24px 0 16px; line-height: 1.25; font-weight: 600 }
h1 { font-size: 2em } h2 { font-size: 1.5em } h3 { font-size: 1.25em } h4 { font-size: 1em }
h1, h2 { padding-bottom: .3em; border-bottom: 1px solid var(--line) }
main > :first-child { margin-top: 0 }
p, ul, ol, table, pre, blockquote, details { margin: 0 0 16px }
a { color: var(--link) }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid var(--line); text-align: left; vertical-align: top }
th { font-weight: 600 } tbody tr:nth-child(2n) { background: var(--row) }
code, pre { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 85% }
code { padding: .2em .4em; background: var(--code); border-radius: 6px; white-space: break-spaces }
pre { padding: 16px; overflow: auto; background: var(--row); border-radius: 6px; line-height: 1.45 }
pre code { padding: 0; background: none; font-size: 100%; white-space: pre }
blockquote { padding: 0 1em; color: var(--muted); border-left: .25em solid var(--line) }
summary { cursor: pointer } hr { height: .25em; border: 0; background: var(--line) } img { max-width: 100% }
@media (max-width: 600px) { body { padding: 8px } main { padding: 16px } }
`

/** A complete page that shows a job summary as GitHub would; it asks for nothing from the network. */
export const summaryPage = (markdown: string, title = 'Job summary'): string => {
  const heading = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${heading}</title>
<style>${style}</style>
</head>
<body>
<header>${heading}</header>
<main>
${renderGitHub(markdown)}
</main>
</body>
</html>
`
}
