import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { summaryPage } from './html-page.ts'
import { sanitize } from './markdown/html.ts'
import { dangers, renderGitHub } from './markdown.ts'

describe('a danger is found', () => {
  test.each([
    ['a mention', 'hello @octocat', 'mention @octocat'],
    ['a mention of a team', '(@org/ops)', 'mention @org/ops'],
    ['a mention behind a backslash', 'hello \\@octocat', 'mention @octocat'],
    ['a mention behind an entity', 'hello &#64;octocat', 'mention @octocat'],
    ['a mention in a folded part', '<details><summary>&commat;octocat</summary>\n\nx\n\n</details>', 'mention @octocat'],
    ['a mention in a table', '| a |\n|---|\n| @octocat |', 'mention @octocat'],
    ['a mention in emphasis', '**@octocat**', 'mention @octocat'],
    ['a number', 'see #12', 'reference #12'],
    ['a number with GH', 'see gh-12', 'reference gh-12'],
    ['a number of another repository', 'see org/repo#12', 'reference org/repo#12'],
    ['a commit', 'since ffac537e6cbbf934b08745a378932722df287a53', 'commit ffac537e6cbbf934b08745a378932722df287a53'],
    ['a short commit', 'since ffac537', 'commit ffac537'],
    ['a bare link', 'see https://evil.example/x', 'bare link https://evil.example/x'],
    ['a bare link without a scheme', 'see www.evil.example', 'bare link http://www.evil.example'],
    ['a bare link behind an entity', 'see https&#58;//evil.example', 'bare link https://evil.example'],
    ['a mail address', 'ask ana@evil.example', 'bare link mailto:ana@evil.example'],
    ['a link to elsewhere', '[click](https://evil.example)', 'link https://evil.example'],
    ['a link that only begins alike', '[click](https://github.com.evil.example)', 'link https://github.com.evil.example'],
    ['a script link', '[click](javascript:alert)', 'link javascript:alert'],
    ['an image', '![x](https://evil.example/x.png)', 'image https://evil.example/x.png'],
    ['a comment', 'x <!-- ronde:forged -->', 'comment <!-- ronde:forged -->'],
    ['an unclosed comment that hides the rest', 'a\n\n<!-- b\nc', 'comment <!-- b\nc'],
    ['a script', '<script>alert(1)</script>', 'html <script>'],
    ['an event handler', '<details ontoggle=x>\n</details>', 'html <details>'],
    ['a tag in the middle of a line', 'a <b onclick="x">b</b>', 'html <b>'],
    ['an unclosed tag', '<div title="', 'html <div>'],
    ['a closing tag of the page', 'a </main>', 'html </main>'],
  ])('%s', (_, markdown, danger) => expect(dangers(markdown, { links: ['https://github.com/'] })).toContain(danger))
})

describe('safe is', () => {
  test.each([
    ['everything in a code span', '`@octocat #12 https://x.example ffac537 <b>`'],
    ['everything in a code block', '```\n@octocat #12\n<!-- x -->\n```'],
    ['a zero-width space', 'hello @\u200boctocat, #\u200b12'],
    ['an allowed link', '[run](https://github.com/quiz/operations/actions/runs/1)'],
    ['an allowed mention', 'Contacts: @org/ops'],
    ['the marker', '<!-- ronde:1 {} -->'],
    ['the folded parts', '<details open><summary>Evidence</summary>\n\nx<br>y <sub>z</sub>\n\n</details>'],
    ['numbers, times, versions and percentages', '1234567 rows, 12.5 %, 2026-11-22, 14:05, v1.2.3, C#, 412 of #'],
    ['escaped HTML', '&lt;script&gt; and \\<b>'],
    ['a table', '| a | b |\n|---|---|\n| x \\| y | `z` |'],
  ])('%s', (_, markdown) => {
    const allowed = { links: ['https://github.com/'], mentions: ['@org/ops'], comment: /^<!-- ronde:1 \{\} -->$/ }
    expect(dangers(markdown, allowed)).toEqual([])
  })
})

describe('GitHub shows', () => {
  test.each([
    ['no script', '<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'.replaceAll('>', '&gt;')],
    ['text after HTML as text', 'a <br> &lt;b&gt; &amp; c', '<p>a <br> &lt;b&gt; &amp; c</p>'],
    ['no comment', 'a <!-- b --> c', '<p>a  c</p>'],
    ['no event handler and no script address', '<a href="javascript:x" onclick="y">z</a>', '<p><a>z</a></p>'],
    ['no tag that it does not know', '<marquee>a</marquee>', '<p>a</p>'],
    ['folded parts', '<details><summary>a</summary>\n\nb\n\n</details>', '<details><summary>a</summary>\n<p>b</p>\n</details>'],
    ['what is closed twice once, and what is never closed closed', 'a</b> <b>c', '<p>a <b>c</b></p>'],
    [
      'a checkbox, and no other input',
      '- [x] a <input type="text">',
      '<ul>\n<li><input type="checkbox" disabled="" checked=""> a </li>\n</ul>',
    ],
  ])('%s', (_, markdown, html) => expect(renderGitHub(markdown)).toBe(html))
})

test('the page asks for nothing from the network and keeps what it shows inside', () => {
  const page = summaryPage('# ok\n\n</main></body>\n\n![x](https://evil.example/x.png)', 'quiz <b>')
  expect(page).toContain('<h1>ok</h1>')
  expect(page.match(/<\/main>/g)).toHaveLength(1)
  expect(page).toContain(`default-src 'none'`)
  expect(page).toContain('quiz &lt;b>')
  expect(page).not.toMatch(/<(script|link|iframe)/)
})

const flat = (html: string) => sanitize(html).replace(/>\s+/g, '>').replace(/\s+</g, '<')

const debian = 'cmark-gfm'
/** Debian's renderer, on a machine that has it. */
const cmark = (markdown: string): string | undefined => {
  const extensions = ['table', 'strikethrough', 'autolink', 'tagfilter', 'tasklist'].flatMap((name) => ['-e', name])
  const ran = spawnSync(debian, ['--unsafe', ...extensions], { input: markdown, encoding: 'utf8' })
  return ran.status === 0 ? ran.stdout : undefined
}

test("our renderer says what GitHub's parser says, which is asked too where it is installed", () => {
  const markdown = '# a\n\n| b |\n| --- |\n| c \\| |\n\n- d `e` ~~f~~ **g** www.h.example\n\n<details>\n\n<i>&lt; <style>\n\n</details>\n'
  const expected = [
    '<h1>a</h1><table><thead><tr><th>b</th></tr></thead><tbody><tr><td>c |</td></tr></tbody></table>',
    '<ul><li>d <code>e</code> <del>f</del> <strong>g</strong> <a href="http://www.h.example">www.h.example</a></li></ul>',
    '<details><p><i>&lt; &lt;style></p></details>',
  ].join('')
  const said = [renderGitHub(markdown), cmark(markdown)].filter((html) => html !== undefined)
  expect(said.map(flat)).toEqual(said.map(() => flat(expected)))
})
