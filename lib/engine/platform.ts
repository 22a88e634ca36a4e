// What a binary has to be for. Only asked for when none fits: the report takes some milliseconds.

/** The C library and, of glibc, its version. */
export function libc(): string | undefined {
  try {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    return header.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`;
  } catch {
    return undefined; // Not every runtime that can load the addon has reports.
  }
}

/** Platform, processor and, on Linux, C library: `linux-x64, glibc 2.36`. */
export function platformName(): string {
  const { platform, arch } = process;
  const library = platform === 'linux' ? libc() : undefined;
  return `${platform}-${arch}${library === undefined ? '' : `, ${library}`}`;
}
