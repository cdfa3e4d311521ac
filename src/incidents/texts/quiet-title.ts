/** Breaks mentions and references: titles are plain text, and GitHub still links them. */
export const quietTitle = (text: string): string => text.replace(/[@#](?=\w)/g, '$&\u200B').replace(/\bGH-(?=\d)/gi, '$&\u200B')
