import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { type NameKind, shellCommand } from '../../../src/core/text/shell-command.ts'

const offered: readonly { kind: NameKind; name: string; word: string }[] = [
  { kind: 'service', name: 'web', word: 'web' },
  { kind: 'project', name: 'quiz-de-noel', word: 'quiz-de-noel' },
  { kind: 'container', name: 'quiz-web-1', word: 'quiz-web-1' },
  { kind: 'path', name: '/var/log/nginx/access log', word: "'/var/log/nginx/access log'" },
  { kind: 'database', name: 'quiz', word: 'quiz' },
  { kind: 'unit', name: 'docker.service', word: 'docker.service' },
  { kind: 'number', name: '412', word: '412' },
  { kind: 'host', name: 'quiz.example', word: 'quiz.example' },
  { kind: 'host', name: '::1', word: '::1' },
]
const refused: readonly { kind: NameKind; name: string }[] = [
  { kind: 'service', name: 'web; rm -rf /' },
  { kind: 'service', name: '--privileged' },
  { kind: 'service', name: '' },
  { kind: 'service', name: 'web\n' },
  { kind: 'project', name: '$(id)' },
  { kind: 'container', name: '`id`' },
  { kind: 'path', name: 'relative' },
  { kind: 'path', name: '/srv/../etc' },
  { kind: 'path', name: '/..' },
  { kind: 'path', name: '/srv/\u202egnp' },
  { kind: 'path', name: "/srv/it's" },
  { kind: 'path', name: '/srv/a\nb' },
  { kind: 'user', name: 'root&id' },
  { kind: 'database', name: 'quiz"; drop' },
  { kind: 'number', name: '-1' },
]

describe('a command offered as advice', () => {
  test.each(offered)('takes the $kind $name as $word', ({ kind, name, word }) => {
    expect(shellCommand(['docker', 'ps', { kind, name }])).toBe(`docker ps ${word}`)
  })

  test.each(refused)('is not offered for the $kind $name', ({ kind, name }) => {
    expect(shellCommand(['docker', 'ps', { kind, name }])).toBeUndefined()
  })

  test('quotes our own words so that a shell reads them back', () => {
    const words = ['printf', '%s|', "it's", 'a b', '$HOME', '"q"', '\\', '*']
    expect(execFileSync('sh', ['-c', shellCommand(words) ?? ''], { encoding: 'utf8' })).toBe(`${words.slice(2).join('|')}|`)
  })
})
