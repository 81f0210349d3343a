module.exports = async function (context, userId) {
  return String(userId).startsWith('vip') ? 25 : 10;
};
