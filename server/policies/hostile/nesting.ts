// A source that a parser needs years for.
// expects: refused nested too deeply
import { policy } from 'sandtable';
export default policy({
  rules: (
    a = (
      a = (
        a = (
          a = (
            a = (
              a = (
                a = (
                  a = (
                    a = (
                      a = (
                        a = (
                          a = (
                            a = (
                              a = (
                                a = (
                                  a = (
                                    a = (
                                      a = (
                                        a = (
                                          a = (
                                            a = (
                                              a = (
                                                a = (
                                                  a = (
                                                    a = (
                                                      a = (a = (a = (a = (a = []) => 1) => 1) => 1) => 1,
                                                    ) => 1,
                                                  ) => 1,
                                                ) => 1,
                                              ) => 1,
                                            ) => 1,
                                          ) => 1,
                                        ) => 1,
                                      ) => 1,
                                    ) => 1,
                                  ) => 1,
                                ) => 1,
                              ) => 1,
                            ) => 1,
                          ) => 1,
                        ) => 1,
                      ) => 1,
                    ) => 1,
                  ) => 1,
                ) => 1,
              ) => 1,
            ) => 1,
          ) => 1,
        ) => 1,
      ) => 1,
    ) => 1,
  ) => 1,
});
