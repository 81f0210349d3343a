module.exports = async function (context, name) {
  return `Hello ${name}!`;
};
