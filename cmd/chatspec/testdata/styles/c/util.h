void helper(void);
