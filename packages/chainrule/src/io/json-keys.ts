/**
 * A key that an object of a JSON text has twice, or null. `JSON.parse` keeps the last of them and says nothing.
 *
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | null {
  /** The keys of the objects around, outermost first; null for a list. */
  const around: (Set<string> | null)[] = [];
  // One sign of structure after the other; strings are skipped as a whole, so that what is in them counts for nothing.
  const sign = /["{}[\]]/g;
  for (let match = sign.exec(text); match !== null; match = sign.exec(text)) {
    if (match[0] === "{") around.push(new Set());
    else if (match[0] === "[") around.push(null);
    else if (match[0] !== '"') around.pop();
    else {
      const end = endOfString(text, match.index);
      sign.lastIndex = end;
      const keys = around.at(-1);
      if (!keys || !isColon(text, end)) continue;
      const name: string = JSON.parse(text.slice(match.index, end));
      if (keys.has(name)) return name;
      keys.add(name);
    }
  }
  return null;
}

/** Where the string that begins at a quote has ended. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slash = end;
    while (text[slash - 1] === "\\") slash--;
    // A quote after an odd number of backslashes is a part of the string.
    if ((end - slash) % 2 === 0) return end + 1;
  }
}

/** Whether the next that is no blank is a colon, as after a key. */
function isColon(text: string, at: number): boolean {
  let next = at;
  while (text.charCodeAt(next) <= 0x20) next++;
  return text[next] === ":";
}
