/** Packages of the console's build, read from the lock file by scripts/licences.ts. */
declare module 'virtual:licences' {
  export const packages: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
}
