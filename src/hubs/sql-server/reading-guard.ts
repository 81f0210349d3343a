/** Below the driver: what is no single SELECT does not leave this machine. */

/** Words that change something, or run what does, wherever they stand. */
const changing =
  /\b(?:insert|update|delete|merge|into|exec|execute|create|alter|drop|truncate|grant|revoke|deny|backup|restore|kill|shutdown|declare|set|use|begin|commit|rollback|save|waitfor|openrowset|openquery|opendatasource|dbcc|bulk|print|raiserror|throw|go|while|if|return|reconfigure|enable|disable)\b/i;

/** Null: it only reads. Else what is wrong with it. */
export function readingProblem(text: string): string | null {
  const bare = text.replaceAll(/\[(?:[^\]]|\]\])*\]/g, ' name ').replaceAll(/N?'(?:[^']|'')*'/g, ' text ');
  if (!/^SELECT\b/.test(text)) return 'It is no SELECT.';
  if (/[;'"[\]]|--|\/\*/.test(bare)) return 'It is not one statement.';
  const word = changing.exec(bare)?.[0];
  return word === undefined ? null : `It has ${word.toUpperCase()} in it.`;
}
