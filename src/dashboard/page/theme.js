// @ts-check
/** Light, dark, or as the system has it; remembered by the tab alone. */
import {say, set} from './dom.js';

const THEMES = ['system', 'light', 'dark'];
const KEY = 'tower-rum-theme';

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} name its text
 */
export const startThemes = (button, name) => {
  let theme = remembered();
  const show = () => {
    set(document.documentElement, 'data-theme', theme === 'system' ? undefined : theme);
    say(name, theme);
  };
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember(theme);
    show();
  });
  show();
};

// Storage may be turned off, and says so by throwing.
const remembered = () => {
  try {
    return THEMES.find(theme => theme === sessionStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
};

/** @param {string} theme */
const remember = theme => {
  try {
    sessionStorage.setItem(KEY, theme);
  } catch {}
};
