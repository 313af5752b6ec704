// Exports something else.
// expects: refused policy is missing
export default { rules: [], otherwise: 'allow' };
