/** Ids that clients may choose and that somebody somewhere could read otherwise than they were written. */
export const idsOfClients: readonly string[] = [
  'a+b',
  'a b',
  ' a ',
  '100%',
  'a%2Fb',
  'a%252Fb',
  '%00',
  'ü-名-😀',
  'e\u0301',
  '.',
  '..',
  '~..',
  '.hidden',
  'at@in@the@middle',
  'q"uote\'s',
  '<b>&amp;',
  'a&b=c;d',
  'a:b|c*',
  '{braces}[0]',
  'constructor',
  '__proto__',
  'null',
  '0',
  '-',
  '--json',
  'x'.repeat(100),
];

/** And what only orchestrators may choose. */
export const idsOfCode: readonly string[] = [
  'a/b',
  'a/b/c',
  'a#b?c=d',
  '\\back',
  'line\nbreak',
  'tab\there',
  '/',
  'y'.repeat(1024),
];

export const idsRefused: readonly string[] = ['a/b', 'a\\b', 'a#b', 'a?b', 'a\u0000b', 'a\nb', '@a', '@a@b', 'x'.repeat(101)];
