import { safely } from './back';

describe('the way back after signing in', () => {
  it('is a page of ours', () => {
    expect(safely('/runs?q=a')).toBe('/runs?q=a');
  });

  it('never leads elsewhere, nor in a circle', () => {
    for (const link of [undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/sign-in?back=/sign-in']) {
      expect(safely(link)).toBe('/');
    }
  });
});
