// Traces are shown and kept; what opens a door must not stand in them.

export const MASK = "***";

/** Hides the arguments of a Redis command that carry passwords. */
export function maskCommand(words: readonly string[]): string[] {
  const [command = ""] = words;
  const hideFrom = (index: number) => words.map((word, place) => (place >= index ? MASK : word));
  switch (command.toUpperCase()) {
    case "AUTH":
      return hideFrom(1);
    case "HELLO":
    case "MIGRATE":
      return hideAfterAuth(words);
    case "ACL":
      return hideFrom(3);
    case "CONFIG":
      return /pass|auth/i.test(words[2] ?? "") ? hideFrom(3) : [...words];
    default:
      return [...words];
  }
}

function hideAfterAuth(words: readonly string[]): string[] {
  const auth = words.findIndex((word) => /^auth2?$/i.test(word));
  const hidden = (place: number) => auth > 0 && (place === auth + 1 || place === auth + 2);
  return words.map((word, place) => (hidden(place) ? MASK : word));
}

/** Hides the password of CREATE ROLE, ALTER USER and of connection strings in SQL. */
export function maskSql(sql: string): string {
  const literal = "E?'(?:[^']|'')*'?";
  const passwords = new RegExp(`(password\\s+|password\\s*=\\s*)(${literal})`, "gi");
  return sql.replace(passwords, `$1${MASK}`).replace(/(password=)[^\s'";&]+/gi, `$1${MASK}`);
}

const SECRET =
  "pass(?:word|wd)?|pwd|secret|token|api[-_]?key|auth(?:orization)?|cookie|session|sig(?:nature)?|code|jwt|bearer|credentials?";

/** True for the name of a column, member or parameter that may hold what opens a door. */
export function isSecret(name: string): boolean {
  return new RegExp(SECRET, "i").test(name);
}

/** Hides what a URL carries under a name like token, and the user information before a host. */
export function maskUrl(url: string): string {
  const parameters = new RegExp(`([?&;][^=&;]*(?:${SECRET})[^=&;]*=)[^&;#\\s]*`, "gi");
  return url.replace(parameters, `$1${MASK}`).replace(/\/\/[^/@\s]*@/, `//${MASK}@`);
}

/** Hides the values of names like password and token in JSON, even when it is cut short. */
export function maskJson(text: string): string {
  const members = new RegExp(
    `("[^"]*(?:${SECRET})[^"]*"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^,}\\]\\s]+)`,
    "gi",
  );
  return text.replace(members, `$1"${MASK}"`);
}
