import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';

import { Refused } from '../api/client';
import { Session } from './session';

/** Pages for people who are signed in; others are sent to sign in and come back afterwards. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const session = inject(Session);
  const router = inject(Router);
  try {
    await session.known();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return router.createUrlTree(['/unreachable'], { queryParams: { back: state.url } });
  }
  if (session.mustSetUp()) return router.createUrlTree(['/second-factor'], { queryParams: { back: state.url } });
  return session.ready() || router.createUrlTree(['/sign-in'], { queryParams: { back: state.url } });
};
