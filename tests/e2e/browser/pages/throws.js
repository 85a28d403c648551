throw new Error("secret");
