/** Where to go after signing in: a page of ours, whatever somebody wrote into a link. */
export function safely(back: string | undefined): string {
  return back?.startsWith('/') && !/^\/[/\\]/.test(back) && !back.startsWith('/sign-in') ? back : '/';
}
